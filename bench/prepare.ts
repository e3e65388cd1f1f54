import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runRenew } from '../lib/cli/renew';
import { signWith } from '../lib/cli/sign';
import { renderCertificate } from '../lib/constructs/render';
import type { LocalCa } from '../lib/x509/local-ca';
import { benchCa, certificateOf, makePairs, quietContext } from './fleet';
import { FOLDER, MANIFESTS, PAIRS } from './inputs';

// node prepare.js DIRECTORY MANIFESTS CERTIFICATES: everything that samples read, made in a process
// of its own, since the memory of a process counts towards the peak of those that it starts.

async function prepare(directory: string, manifests: number, certificates: number): Promise<void> {
  const now = new Date();
  const ca = await benchCa(now);
  const pairs = await makePairs(ca, now);
  writeFileSync(join(directory, PAIRS), JSON.stringify(pairs));
  const lines = Array.from({ length: manifests }, (_, index) => {
    const { text } = renderCertificate(certificateOf(pairs, index))[0]!;
    return `${JSON.stringify(parseAllDocuments(text).map((document) => document.toJS() as object))}\n`;
  });
  writeFileSync(join(directory, MANIFESTS), lines.join(''));
  if (certificates > 0) await makeFolder(join(directory, FOLDER), certificates, ca, now);
}

/** A folder as commands leave it: each certificate with an issued revision and a pending one. */
async function makeFolder(
  folder: string,
  certificates: number,
  ca: LocalCa,
  now: Date,
): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'sealing.pem'), ca.certificate.pem);
  const entries = Array.from({ length: certificates }, (_, index) => {
    const name = `service-${`${index}`.padStart(6, '0')}`;
    return `  ${name}:
    dnsNames: [${name}.example.com, ${name}.shop.svc.cluster.local]
    key: ecdsa-p256
    signer: example.com/internal
    secret: { name: ${name}-tls, namespace: shop }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
`;
  });
  writeFileSync(join(folder, 'releaf.yaml'), `version: 1\ncertificates:\n${entries.join('')}`);
  const context = { ...quietContext(now), folder };
  await runRenew(context, [], { force: false, dryRun: false, json: false });
  await signWith(context, [], () => ca, false);
  await runRenew(context, [], { force: true, dryRun: false, json: false });
}

const [directory = '', manifests, certificates] = process.argv.slice(2);
void prepare(directory, Number(manifests), Number(certificates));
