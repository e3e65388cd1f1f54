import { createPublicKey } from 'node:crypto';
import { parseAllDocuments, stringify } from 'yaml';
import { readRequest, type CertificateRequest } from '../../lib/x509/certificate-request';
import type { LocalCa } from '../../lib/x509/local-ca';
import { X25519 } from '../age-identities';
import { StandIn, type StandInOptions } from '../cluster/stand-in';
import { pendingObjects } from '../cluster/pending';
import {
  daysAfter,
  filesIn,
  folderOf,
  releaf,
  signed,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
  type RunOptions,
} from '../harness';
import {
  altNames,
  basicConstraints,
  forge,
  keyUsage,
  purposes,
  type Terms,
} from '../rotation/chains';

/** A certificate `web` in each of the states that it goes through, from {@link NOW} on. */
export interface Situations {
  readonly ca: LocalCa;
  /** Revision 1 is pending. */
  readonly requested: Files;
  /** Revision 1 is issued, for 90 days. */
  readonly issued: Files;
  /** Revision 1 is issued, revision 2 pending, a day later. */
  readonly again: Files;
  /** Revision 1 is issued, and SOPS holds its key. */
  readonly sops: Files;
  /** Revision 2 is pending, where an overlay sets the restart annotation, and a Job creates the request. */
  readonly overlaid: Files;
}

async function after(files: Files, line: string, options: RunOptions = {}): Promise<Files> {
  const root = folderOf(files);
  const ran = await releaf([...line.split(' '), '-C', root], options);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return filesIn(root);
}

const OVERLAID = `${WEB_CONFIG}    restart:
      - patch: { kind: Deployment, name: web }
delivery: { type: kustomize, request: job }
`;

const SOPS = `sealing: { type: sops, recipients: [${X25519.recipient}] }`;

export async function makeSituations(): Promise<Situations> {
  const ca = await testCa('internal CA');
  const issue = (files: Files): Promise<Files> =>
    after(files, 'fetch --from -', { stdin: signed(ca, pendingRequest(files)) });
  const again = (files: Files): Promise<Files> =>
    after(files, 'renew --force', { now: daysAfter(1) });
  const requested = await after(WEB_FILES, 'renew');
  const issued = await issue(requested);
  const overlaid = await after({ ...WEB_FILES, 'releaf.yaml': OVERLAID }, 'renew');
  return {
    ca,
    requested,
    issued,
    again: await again(issued),
    sops: await issue(
      await after(
        { ...WEB_FILES, 'releaf.yaml': WEB_CONFIG.replace(/sealing: .*/, SOPS) },
        'renew',
      ),
    ),
    overlaid: await again(await issue(overlaid)),
  };
}

/** The newest `request.pem` of certificate `web`. */
export function pendingRequest(files: Files): CertificateRequest {
  const text =
    files['certificates/web/2/request.pem'] ?? files['certificates/web/1/request.pem'] ?? '';
  return readRequest(text, 'request.pem');
}

/** What a signer that does as it likes makes for the pending key. */
export function forged(
  files: Files,
  { dnsNames = ['web.example.com'], ...terms }: Terms & { readonly dnsNames?: readonly string[] },
): string {
  const { publicKeyDer } = pendingRequest(files);
  const publicKey = createPublicKey({ key: publicKeyDer, format: 'der', type: 'spki' });
  const issuer = forge('old CA');
  const { pem } = forge('web.example.com', {
    issuer,
    keys: { ...issuer.keys, publicKey },
    from: 0,
    until: 120,
    extensions: {
      basicConstraints: basicConstraints(false),
      keyUsage: keyUsage('digital signature', 'key encipherment'),
      extendedKeyUsage: purposes('server auth'),
      altNames: altNames(dnsNames),
    },
    ...terms,
  });
  return pem;
}

/** A folder, and a cluster where GitOps has applied what is pending in it. */
export function applied(
  files: Files,
  options: StandInOptions = {},
): { readonly root: string; readonly cluster: StandIn; readonly request: string } {
  const root = folderOf(files);
  const cluster = new StandIn(options);
  const objects = [...pendingObjects(root).values()];
  for (const object of objects) cluster.apply(object);
  return { root, cluster, request: objects[0]?.metadata.name ?? '' };
}

/** An object as an overlay has rendered it. */
export interface Rendered {
  readonly kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  readonly spec: { readonly encryptedData: Record<string, string> };
}

/** What an overlay makes of the output, once `change` has been at it. */
export function rendered(files: Files, change: (objects: Rendered[]) => void): string {
  const objects = Object.entries(files)
    .filter(([file]) => /^dist\/.*\.k8s\.yaml$/.test(file))
    .flatMap(([, text]) => parseAllDocuments(text).map((one) => one.toJS() as Rendered | null))
    .filter((one) => one !== null);
  const patch = parseAllDocuments(files['dist/web.patch.yaml'] ?? '')[0]?.toJS() as Rendered;
  const workload = { ...patch, metadata: { ...patch.metadata } };
  const all = [...objects, workload];
  change(all);
  return all.map((one) => stringify(one)).join('---\n');
}
