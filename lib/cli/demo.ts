import { createColors } from 'picocolors';
import { readAnnotation } from '../delivery/annotate-file';
import { currentRevision, pendingRevision } from '../model/revision';
import { readRecordedRequest } from '../rotation/coherence';
import { restartAnnotation } from '../rotation/restart';
import { leafOf } from '../rotation/validity';
import { makeDemoFolder, removeDemoFolder } from '../store/demo-folder';
import { openFolder, readCertificate } from '../store/folder';
import { readNamedFile } from '../store/revisions';
import { createLocalCa, type LocalCa } from '../x509/local-ca';
import { EXIT, type Context, type ExitStatus } from './context';
import { runFetch } from './fetch';
import { packageRoot } from './package';
import { runPlan } from './plan';
import { runRenew } from './renew';
import { signWith } from './sign';
import { runVerify } from './verify';

const DAY_MS = 86_400_000;
const NAME = 'kes';
const RENEW = { force: false, dryRun: false, json: false };

/** `releaf demo`: the whole story offline, each step run by the command that a team would type. */
export async function runDemo(context: Context, dir: string | undefined): Promise<ExitStatus> {
  const { now, randomness, print } = context;
  const ca = createLocalCa(await randomness.generateKey('ecdsa-p256'), 'releaf demo CA', {
    notBefore: new Date(now.getTime() - 30 * DAY_MS),
    notAfter: new Date(now.getTime() + 3650 * DAY_MS),
    serialNumber: randomness.bytes(16),
  });
  const folder = makeDemoFolder(packageRoot(), dir, ca.certificate.pem);
  try {
    await tell({ ...context, folder }, ca);
  } finally {
    if (dir === undefined) removeDemoFolder(folder);
  }
  print('');
  print(
    dir === undefined
      ? 'Look at the files: releaf demo --dir DIR keeps them.'
      : `Everything is in ${folder}: releaf.yaml, certificates/, dist/, tenant.yaml.`,
  );
  return EXIT.done;
}

async function tell(context: Context, ca: LocalCa): Promise<void> {
  const { print, now } = context;
  const { bold, dim } = createColors(context.colour);
  const quiet = { print: () => undefined, note: () => undefined, interactive: false };
  // What a person would see in the terminal, in one stream.
  const typed = { ...context, note: print, interactive: false };
  let chapter = 0;
  const heading = (title: string): void => {
    chapter += 1;
    print('');
    print(bold(`${chapter}. ${title}`));
    print('');
  };
  const command = (line: string): void => {
    print(dim(`$ ${line}`));
  };

  const past = { ...context, ...quiet, now: new Date(now.getTime() - 8 * DAY_MS) };
  await runRenew(past, [], RENEW);
  await signWith(past, [], () => ca, false);

  heading('The certificate of KES has expired, and MinIO is down');
  const before = currentLeaf(context);
  print(`  subject  ${before.subject}`);
  print(`  serial   ${before.serialNumber}`);
  print(`  valid    ${before.notBefore.toISOString()} to ${before.notAfter.toISOString()}`);
  print('  MinIO    x509: certificate has expired or is not yet valid');
  const oldValue = restartValue(context);

  heading('The plan: what is due, and why');
  command('releaf plan');
  await runPlan(typed, [], { check: false, json: false });

  heading('A new request; its key is made in memory, sealed and forgotten');
  command('releaf renew');
  await runRenew(typed, [], RENEW);

  heading('The signing (in a cluster: approved by a person, signed by kube-controller-manager)');
  const { objectName, pem } = signPending(context, ca);
  print(`  request  ${objectName}`);
  print(`  signed   by ${ca.certificate.subject}, whose key lives in memory only`);

  heading('The signed certificate comes back, is checked and installed');
  command('releaf fetch --from -');
  await runFetch({ ...typed, readInput: () => Promise.resolve(Buffer.from(pem)) }, [], {
    from: '-',
    allowOlder: false,
    json: false,
  });

  heading('KES restarts when this is applied: the value is a digest of the certificate');
  print(`  file     tenant.yaml, spec.kes.annotations`);
  print(`  old      ${restartAnnotation(NAME)}: ${oldValue}`);
  print(`  new      ${restartAnnotation(NAME)}: ${restartValue(context)}`);

  heading('Run again: nothing to do, and everything holds together');
  command('releaf renew');
  await runRenew(typed, [], RENEW);
  command('releaf verify');
  await runVerify(typed, { json: false });
}

function demoCertificate(context: Context) {
  const folder = openFolder(context.folder);
  const spec = folder.config.certificates.find(({ name }) => name === NAME);
  if (!spec) throw new Error(`the demo has no certificate ${NAME}`);
  return { folder, ...readCertificate(folder, spec) };
}

function currentLeaf(context: Context) {
  const current = currentRevision(demoCertificate(context).revisions);
  if (!current) throw new Error('the demo has no issued revision');
  return leafOf(NAME, current);
}

function restartValue(context: Context): string {
  const { folder, spec } = demoCertificate(context);
  const place = spec.restart.find(({ digestOf }) => digestOf === 'certificate');
  const value =
    place && readAnnotation(readNamedFile(folder.root, place.file), place, restartAnnotation(NAME));
  return value ?? 'none';
}

function signPending(
  context: Context,
  ca: LocalCa,
): { readonly objectName: string; readonly pem: string } {
  const pending = pendingRevision(demoCertificate(context).revisions);
  if (!pending) throw new Error('the demo has no pending revision');
  const pem = ca.sign(readRecordedRequest(NAME, pending), {
    usages: pending.record.usages,
    expirationSeconds: pending.record.expirationSeconds,
    now: context.now,
    serialNumber: context.randomness.bytes(16),
  });
  return { objectName: pending.record.objectName, pem };
}
