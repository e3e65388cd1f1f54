import { ReleafError } from '../model/errors';
import { isIssued, type Certificate, type Revision } from '../model/revision';
import { readCertificates, type X509 } from '../x509/certificate';
import { identified } from './issued-chain';
import { leafOf } from './validity';
import { waitingOf, type Waiting } from './waiting';

/** A signed chain as it came: a leaf and whatever followed it. */
export interface Chain {
  readonly leaf: X509;
  readonly pem: string;
  /** SHA-256 of each certificate's public key. */
  readonly keys: ReadonlySet<string>;
  /** SHA-256 of each certificate. */
  readonly digests: ReadonlySet<string>;
}

/**
 * Cuts a file of certificates into chains: each starts with a leaf. A CA that stands first belongs to
 * what follows, so that the check of the order can say so.
 *
 * @param file - where they came from, for messages
 * @throws ReleafError PEM_INVALID or CERTIFICATE_INVALID
 */
export function chainsIn(pem: string, file: string): readonly Chain[] {
  const groups: [X509, ...X509[]][] = [];
  for (const certificate of readCertificates(pem, file)) {
    const group = groups.at(-1);
    const startsChain = !certificate.isCa && group?.some(({ isCa }) => !isCa) !== false;
    if (!group || startsChain) groups.push([certificate]);
    else group.push(certificate);
  }
  return groups.map((group) => ({
    leaf: group[0],
    pem: group.map((certificate) => certificate.pem).join(''),
    keys: new Set(group.map(({ publicKeySha256 }) => publicKeySha256)),
    digests: new Set(group.map(({ sha256 }) => sha256)),
  }));
}

/**
 * The chains that are not in their revisions yet. The others are there because a run that was cut off after
 * it had written the certificate is run again with the same file.
 *
 * @throws ReleafError NOTHING_PENDING when a revision is issued already, with another certificate
 */
export function chainsToInstall(
  chains: readonly Chain[],
  certificates: readonly Certificate[],
  file: string,
): readonly Chain[] {
  const pendingKeys = new Set(
    certificates
      .flatMap(({ spec, revisions }) => waitingOf(spec, revisions))
      .map(({ pending }) => pending.record.publicKeySha256),
  );
  const issued = certificates.flatMap(({ spec: { name }, revisions }) =>
    revisions
      .filter(isIssued)
      .filter(({ withdrawn }) => !withdrawn)
      .map((revision) => ({ name, number: revision.number, leaf: leafOf(name, revision) })),
  );
  return chains.filter((chain) => {
    const owner = issued.find(({ leaf }) => chain.keys.has(leaf.publicKeySha256));
    if (!owner || pendingKeys.has(owner.leaf.publicKeySha256)) return true;
    if (chain.digests.has(owner.leaf.sha256)) return false;
    throw new ReleafError(
      'NOTHING_PENDING',
      `${file}: revision ${owner.number} of ${owner.name} is issued already, with another certificate (serial ${owner.leaf.serialNumber})`,
      `to have another one: releaf renew ${owner.name} --force`,
    );
  });
}

/**
 * The request that a chain answers: the one with its key. Where only one waits it is that one whatever the
 * key, whose own check tells better what is wrong.
 *
 * @throws ReleafError CERTIFICATE_KEY_MISMATCH
 */
export function requestAnswered(
  { leaf, keys }: Chain,
  waiting: readonly Waiting[],
  file: string,
): Waiting {
  const match = waiting.find(({ pending }) => keys.has(pending.record.publicKeySha256));
  const [first, ...others] = waiting;
  const answered = match ?? (others.length === 0 ? first : undefined);
  if (answered) return answered;
  throw new ReleafError(
    'CERTIFICATE_KEY_MISMATCH',
    `${file}: the certificate (${identified(leaf)}) is for public key ${leaf.publicKeySha256}, no pending request has it: ${waiting.map(({ pending }) => pending.record.objectName).join(', ')}`,
    'take the certificate of one of these requests',
  );
}

/**
 * Refuses two certificates for one request: which of them the author meant, nobody can tell.
 *
 * @param answered - the pending revision of each certificate
 * @throws ReleafError CERTIFICATE_AMBIGUOUS
 */
export function refuseSeveral(answered: readonly Revision[], file: string): void {
  const requests = answered.map(({ record }) => record.objectName);
  const twice = requests.find((request, index) => requests.indexOf(request) < index);
  if (twice === undefined) return;
  throw new ReleafError(
    'CERTIFICATE_AMBIGUOUS',
    `${file}: more than one certificate answers request ${twice}`,
    'leave the one that is meant',
  );
}
