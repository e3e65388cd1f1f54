import {
  signingRequestObject,
  type SigningRequestObject,
} from '../../lib/delivery/signing-request-object';
import { pendingRevision } from '../../lib/model/revision';
import { openFolder, readFolder } from '../../lib/store/folder';
import { createRequest } from '../../lib/x509/certificate-request';
import { folderOf, releaf, WEB_FILES, type Files } from '../harness';
import { newKey } from '../x509/tools';

/** The CertificateSigningRequests of all that is pending in a folder, by certificate. */
export function pendingObjects(root: string): ReadonlyMap<string, SigningRequestObject> {
  return new Map(
    Array.from(readFolder(openFolder(root))).flatMap(({ spec, revisions }) => {
      const pending = pendingRevision(revisions);
      return pending ? [[spec.name, signingRequestObject(spec.name, pending)]] : [];
    }),
  );
}

/** A folder whose certificates are all pending; `object` is the first one's request. */
export async function pendingFolder(files: Files = WEB_FILES): Promise<{
  readonly root: string;
  readonly object: SigningRequestObject;
  readonly name: string;
}> {
  const root = folderOf(files);
  const { status, stderr } = await releaf(['renew', '-C', root]);
  if (status !== 0) throw new Error(stderr);
  const [object] = pendingObjects(root).values();
  if (!object) throw new Error('nothing is pending');
  return { root, object, name: object.metadata.name };
}

/** A request of an attacker's own: the same names, another key. Base64 of the PEM. */
export function otherRequest(): string {
  const names = { dnsNames: ['web.example.com'], ipAddresses: [], emailAddresses: [], uris: [] };
  const subject = {
    countries: [],
    organizations: [],
    organizationalUnits: [],
    localities: [],
    provinces: [],
    commonName: 'web.example.com',
  };
  const key = newKey('ecdsa-p256');
  return Buffer.from(createRequest(key, { ...names, subject })).toString('base64');
}

/** The object with something else in its spec. */
export const planted = (
  object: SigningRequestObject,
  spec: Partial<SigningRequestObject['spec']>,
): SigningRequestObject => ({ ...object, spec: { ...object.spec, ...spec } });

/** A config of the three certificates `a`, `b` and `c`. */
export const THREE_FILES: Files = {
  ...WEB_FILES,
  'releaf.yaml': `version: 1
defaults:
  signer: example.com/internal
  key: ecdsa-p256
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates:
${['a', 'b', 'c']
  .map(
    (name) => `  ${name}:
    dnsNames: [${name}.example.com]
    secret: { name: ${name}-tls, namespace: shop }
`,
  )
  .join('')}`,
};
