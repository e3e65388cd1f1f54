import { join } from 'node:path';
import { currentRevision } from '../model/revision';
import { acceptCertificate } from '../rotation/accept-certificate';
import { readRecordedRequest } from '../rotation/coherence';
import { nothingPending, waitingOf, type Waiting } from '../rotation/waiting';
import { readCas } from '../store/ca-file';
import { openFolder, readCertificate, type Folder } from '../store/folder';
import { readText } from '../store/text-file';
import { openLocalCa, type LocalCa } from '../x509/local-ca';
import { EXIT, type Context, type ExitStatus } from './context';
import { install, type Issue } from './install-certificates';
import { select } from './selection';

const SERIAL_NUMBER_BYTES = 16;

/** Names of the CA's files, as kubeadm has them in /etc/kubernetes/pki. */
const CA_FILES = { certificate: 'ca.crt', privateKey: 'ca.key' };

/** What `releaf sign` was told on the command line. */
export interface SignFlags {
  /** Folder with the CA. */
  readonly ca: string;
  /** Print the chains as the cluster hands them out, and install nothing. */
  readonly print: boolean;
  readonly json: boolean;
}

/** A chain that was just signed, and what it becomes in the folder. */
interface Signed extends Issue {
  /** As a signer gives it: the leaf first, no CA that the config adds. */
  readonly pem: string;
}

/** `releaf sign`: signs pending requests with a CA on disk. */
export async function runSign(
  context: Context,
  names: readonly string[],
  { ca, print, json }: SignFlags,
): Promise<ExitStatus> {
  const certificate = join(ca, CA_FILES.certificate);
  const privateKey = join(ca, CA_FILES.privateKey);
  const openCa = () =>
    openLocalCa(readText(certificate, certificate), readText(privateKey, privateKey), ca);
  if (!print) return signWith(context, names, openCa, json);
  const signed = signPending(context, openFolder(context.folder), names, openCa);
  for (const { pem } of signed) context.print(pem.trimEnd());
  if (signed.length === 0) context.note('nothing to sign: no request is pending');
  return EXIT.done;
}

/** Signs pending requests as kube-controller-manager does, and installs what comes of it; then synth. */
export async function signWith(
  context: Context,
  names: readonly string[],
  openCa: () => LocalCa,
  json: boolean,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  return install(context, folder, signPending(context, folder, names, openCa), json);
}

function signPending(
  context: Context,
  folder: Folder,
  names: readonly string[],
  openCa: () => LocalCa,
): readonly Signed[] {
  const specs = select(folder, names);
  const ca = openCa();
  const waiting = specs.flatMap((spec) => {
    const { revisions } = readCertificate(folder, spec);
    const found = waitingOf(spec, revisions);
    if (found.length === 0 && names.includes(spec.name) && !currentRevision(revisions)) {
      throw nothingPending(spec.name, revisions);
    }
    return found;
  });
  const signed = waiting.map((each) => sign(context, folder, ca, each));
  for (const { spec } of waiting) {
    if (spec.signer !== 'local') {
      context.note(
        `warning: ${spec.name}: signed by ${ca.certificate.subject}, not by ${spec.signer} in the cluster`,
        'important',
      );
    }
  }
  return signed;
}

function sign(
  { now, randomness }: Context,
  folder: Folder,
  ca: LocalCa,
  { spec, pending, revisions }: Waiting,
): Signed {
  const { record } = pending;
  const request = readRecordedRequest(spec.name, pending);
  const pem = ca.sign(request, {
    usages: record.usages,
    expirationSeconds: record.expirationSeconds,
    now,
    serialNumber: randomness.bytes(SERIAL_NUMBER_BYTES),
  });
  const cas = readCas(folder, spec);
  const accepted = acceptCertificate(
    spec,
    pending,
    pem,
    `the certificate of ${record.objectName}`,
    {
      now,
      revisions,
      ...(cas && { cas }),
    },
  );
  return { spec, pending, accepted, pem };
}
