import { ReleafError } from '../model/errors';
import { isIssued, type IssuedRevision } from '../model/revision';
import { acceptCertificate } from '../rotation/accept-certificate';
import { readRecordedRequest } from '../rotation/coherence';
import { identified } from '../rotation/issued-chain';
import { leafOf } from '../rotation/validity';
import { decode, readText } from '../store/text-file';
import { readCas } from '../store/ca-file';
import { openFolder, readCertificate, type Folder } from '../store/folder';
import { readCertificates, type X509 } from '../x509/certificate';
import type { Context, ExitStatus } from './context';
import { install, nothingPending, waitingOf, type Issue, type Waiting } from './issue';
import { select } from './selection';

export interface FetchFlags {
  /** File name, or `-` for standard input. */
  readonly from: string;
  readonly allowOlder: boolean;
  readonly json: boolean;
}

/** A signed chain as it came: a leaf and whatever followed it. */
interface Chain {
  readonly leaf: X509;
  readonly pem: string;
  readonly keys: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
}

/** `releaf fetch --from`: takes signed certificates, checks and installs them; then synth. */
export async function runFetch(
  context: Context,
  names: readonly string[],
  flags: FetchFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const specs = select(folder, names);
  const file = flags.from === '-' ? 'standard input' : flags.from;
  const pem =
    flags.from === '-' ? decode(await context.readInput(), file) : readText(flags.from, file);
  if (pem.trim() === '') {
    throw new ReleafError(
      'PEM_INVALID',
      `${file}: is empty`,
      'the request is not signed yet, or gone: kubectl get csr tells its condition',
    );
  }
  const chains = chainsOf(pem, file);
  const certificates = specs.map((spec) => readCertificate(folder, spec));
  const waiting = certificates.flatMap(({ spec, revisions }) => waitingOf(spec, revisions));
  const pendingKeys = new Set(waiting.map(({ pending }) => pending.record.publicKeySha256));
  const issued = certificates.flatMap(({ spec, revisions }) =>
    revisions
      .filter(isIssued)
      .filter(({ withdrawn }) => !withdrawn)
      .map((revision) => ({ name: spec.name, revision, leaf: leafOf(spec.name, revision) })),
  );
  // A run that was cut off after it had written the certificate is run again with the same file.
  const open = chains.filter((chain) => {
    const owner = issued.find(({ leaf }) => chain.keys.has(leaf.publicKeySha256));
    if (!owner || pendingKeys.has(owner.leaf.publicKeySha256)) return true;
    if (!chain.digests.has(owner.leaf.sha256)) throw issuedAlready(owner, file);
    return false;
  });
  const settled = chains.length > 0 && open.length === 0;
  if (!settled) {
    const idle = certificates.find(
      ({ spec, revisions }) => names.includes(spec.name) && waitingOf(spec, revisions).length === 0,
    );
    if (idle) throw nothingPending(idle.spec.name, idle.revisions);
    if (waiting.length === 0) {
      const withdrawn = certificates.some(({ revisions }) => revisions.at(-1)?.withdrawn);
      throw new ReleafError(
        'NOTHING_PENDING',
        'no request waits for a certificate',
        withdrawn ? 'one was rolled back; releaf status tells what next' : 'make one: releaf renew',
      );
    }
  }
  const issues = open.map((chain) => issueFor(context, folder, chain, waiting, file, flags));
  refuseSeveral(issues, file);
  return install(context, folder, issues, flags.json);
}

/**
 * Cuts a file of certificates into chains: each starts with a leaf. A CA that stands first belongs to
 * what follows, so that the check of the order can say so.
 */
function chainsOf(pem: string, file: string): readonly Chain[] {
  const groups: X509[][] = [];
  for (const certificate of readCertificates(pem, file)) {
    const group = groups.at(-1);
    const startsChain = !certificate.isCa && group?.some(({ isCa }) => !isCa) !== false;
    if (!group || startsChain) groups.push([certificate]);
    else group.push(certificate);
  }
  return groups.flatMap((group) => {
    const [leaf] = group;
    return leaf
      ? [
          {
            leaf,
            pem: group.map((certificate) => certificate.pem).join(''),
            keys: new Set(group.map(({ publicKeySha256 }) => publicKeySha256)),
            digests: new Set(group.map(({ sha256 }) => sha256)),
          },
        ]
      : [];
  });
}

function issuedAlready(
  { name, revision, leaf }: { name: string; revision: IssuedRevision; leaf: X509 },
  file: string,
): ReleafError {
  return new ReleafError(
    'NOTHING_PENDING',
    `${file}: revision ${revision.number} of ${name} is issued already, with another certificate (serial ${leaf.serialNumber})`,
    `to have another one: releaf renew ${name} --force`,
  );
}

/** Which of two the author meant, nobody can tell. */
function refuseSeveral(issues: readonly Issue[], file: string): void {
  const requests = issues.map(({ pending }) => pending.record.objectName);
  const twice = requests.find((request, index) => requests.indexOf(request) < index);
  if (twice === undefined) return;
  throw new ReleafError(
    'CERTIFICATE_AMBIGUOUS',
    `${file}: more than one certificate answers request ${twice}`,
    'leave the one that is meant',
  );
}

function issueFor(
  context: Context,
  folder: Folder,
  chain: Chain,
  waiting: readonly Waiting[],
  file: string,
  { allowOlder }: FetchFlags,
): Issue {
  const match = waiting.find(({ pending }) => chain.keys.has(pending.record.publicKeySha256));
  const [only] = waiting;
  const target = match ?? (waiting.length === 1 ? only : undefined);
  if (!target) {
    throw new ReleafError(
      'CERTIFICATE_KEY_MISMATCH',
      `${file}: the certificate (${identified(chain.leaf)}) is for public key ${chain.leaf.publicKeySha256}, no pending request has it: ${waiting.map(({ pending }) => pending.record.objectName).join(', ')}`,
      'take the certificate of one of these requests',
    );
  }
  const { spec, pending, revisions } = target;
  readRecordedRequest(spec.name, pending);
  const cas = readCas(folder, spec);
  const accepted = acceptCertificate(spec, pending, chain.pem, file, {
    now: context.now,
    revisions,
    allowOlder,
    ...(cas && { cas }),
  });
  return { spec, pending, accepted };
}
