import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { apiServer, serversCa, userCertificate } from './cluster';

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  readonly body: { readonly message?: string };
}

/**
 * Applies an object as a program does that is not kubectl: one request, taking fields from whoever has them.
 *
 * @param path - of the object in the API
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function serverSideApply(path: string, manager: string, object: object): Promise<Answer> {
  const { certificate, privateKey } = userCertificate('admin', ['system:masters']);
  return new Promise((done, failed) => {
    request(
      new URL(`${path}?fieldManager=${manager}&force=true`, apiServer()),
      {
        method: 'PATCH',
        agent: false,
        headers: { 'content-type': 'application/apply-patch+yaml', accept: 'application/json' },
        ...{ ca: serversCa().certificate, cert: certificate, key: privateKey },
      },
      (response) => {
        text(response)
          .then((body) => {
            done({ status: response.statusCode ?? 0, body: JSON.parse(body) as Answer['body'] });
          })
          .catch(failed);
      },
    )
      .on('error', failed)
      .end(JSON.stringify(object));
  });
}
