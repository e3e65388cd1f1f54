import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { SigningRequestObject } from '../../lib/delivery/signing-request-object';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { folderOf, SEALING_CERTIFICATE, type Files } from '../harness';
import { newKey } from '../x509/tools';
import { signingCa } from './cluster';

/** Names for certificates that no other test has. */
export const newNames = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `${name}-${randomBytes(4).toString('hex')}`);

/**
 * A folder with certificates of these names, none of which has a revision yet.
 *
 * @param entry - more for each entry of the config
 * @param entries - more for some, by name
 */
export function servingFolder(
  names: readonly string[],
  {
    entry = {},
    entries = {},
    files = {},
  }: {
    readonly entry?: object;
    readonly entries?: Readonly<Record<string, object>>;
    readonly files?: Files;
  } = {},
): string {
  const entryOf = (name: string): object => ({
    commonName: `system:node:${name}`,
    subject: { organizations: ['system:nodes'] },
    dnsNames: [`${name}.example.com`],
    secret: { name },
    ...entry,
    ...entries[name],
  });
  const config = {
    version: 1,
    defaults: {
      signer: 'kubernetes.io/kubelet-serving',
      duration: '7d',
      secret: { namespace: 'default' },
      sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
      ca: 'ca.pem',
    },
    certificates: Object.fromEntries(names.map((name) => [name, entryOf(name)])),
  };
  return folderOf({
    'releaf.yaml': stringify(config),
    'ca.pem': signingCa(),
    'sealing.pem': SEALING_CERTIFICATE,
    ...files,
  });
}

/** The request that stands in a folder's output. */
export const committedRequest = (root: string, name: string): SigningRequestObject =>
  parse(readFileSync(join(root, 'dist', `${name}.k8s.yaml`), 'utf8')) as SigningRequestObject;

/** A request for the same names, and with another key. */
export function withAnotherKey(object: SigningRequestObject): SigningRequestObject {
  const ours = readRequest(Buffer.from(object.spec.request, 'base64').toString(), 'ours');
  const theirs = createRequest(newKey(), ours.names);
  return { ...object, spec: { ...object.spec, request: Buffer.from(theirs).toString('base64') } };
}
