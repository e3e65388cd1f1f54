import {
  signingRequestObject,
  type SigningRequestObject,
} from '../../lib/delivery/signing-request-object';
import { pendingRevision } from '../../lib/model/revision';
import { openFolder, readFolder } from '../../lib/store/folder';
import { createRequest } from '../../lib/x509/certificate-request';
import type { LocalCa } from '../../lib/x509/local-ca';
import { clockFrom, folderOf, NOW, releaf, WEB_FILES, type Files, type Ran } from '../harness';
import { traceOf } from '../untouched';
import { newKey } from '../x509/tools';
import { signsWith, StandIn, type StandInOptions } from './stand-in';

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

/** A folder whose certificates are all pending, and a cluster where GitOps has applied them. */
export interface Scene {
  readonly root: string;
  /** The first one's request, and its name. */
  readonly object: SigningRequestObject;
  readonly name: string;
  readonly cluster: StandIn;
  /** Runs the command in the folder, with these arguments; it reaches the cluster. */
  readonly run: (...args: string[]) => Promise<Ran>;
}

/** @param ca - signs at once, unless the options have another signer */
export async function pendingScene(
  command: string,
  ca: LocalCa,
  options: StandInOptions = {},
  files: Files = WEB_FILES,
): Promise<Scene> {
  const pending = await pendingFolder(files);
  const { root } = pending;
  const { clock = clockFrom(NOW) } = options;
  const cluster = new StandIn({ signer: signsWith(ca), ...options, clock });
  for (const object of pendingObjects(root).values()) cluster.apply(object);
  const run = (...args: string[]): Promise<Ran> =>
    releaf([command, '-C', root, ...args], { openCluster: cluster.open, clock });
  return { ...pending, cluster, run };
}

/**
 * Runs what must be refused: exit status 1 with this on standard error, folder and digests left out;
 * nothing written.
 */
export async function refused(
  { root, run }: Scene,
  message: string,
  ...args: string[]
): Promise<void> {
  const before = traceOf(root);
  const { status, stderr } = await run(...args);
  const tidy = stderr.replaceAll(` -C ${root}`, '').replaceAll(/\b[0-9a-f]{64}\b/g, 'HEX');
  expect(tidy).toBe(message);
  expect(status).toBe(1);
  expect(traceOf(root)).toEqual(before);
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
