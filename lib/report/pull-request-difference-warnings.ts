import type { SealingFacts } from '../rotation/certificate-facts';
import type { Differences } from '../rotation/certificate-differences';
import { prose, wordList, words, type Words } from './markdown';
import { short } from './pull-request-parts';
import type { WarningKind } from './pull-request-warning-kinds';

/** What the next certificate, or its request, says otherwise than the one before it. */
export const differenceWarnings = (
  differences: Differences,
): Partial<Record<WarningKind, readonly Words[]>> => ({
  names: names(differences),
  request: request(differences),
  sealing: differences.sealing
    ? [sealing(differences.sealing.before, differences.sealing.after)]
    : [],
});

/** Undefined differences are none, as of a first certificate. */
export const otherCa = ({ ca }: Partial<Differences> = {}): readonly Words[] =>
  ca
    ? [
        words`another CA signs: ${ca.before} before, ${ca.after} now${prose(ca.before === ca.after ? ' (another key of the same name)' : '')}; who trusts the old one alone refuses the new certificate`,
      ]
    : [];

function names({ namesAdded, namesRemoved, subject }: Differences): readonly Words[] {
  return [
    ...(namesRemoved.length > 0
      ? [
          words`removed: ${wordList(namesRemoved)}; clients that connect to them refuse the certificate`,
        ]
      : []),
    ...(namesAdded.length > 0 ? [words`added: ${wordList(namesAdded)}`] : []),
    ...(subject
      ? [
          words`another subject: ${subject.before || prose('empty')} before, ${subject.after || prose('empty')} now`,
        ]
      : []),
  ];
}

function request({ signer, usagesAdded, usagesRemoved }: Differences): readonly Words[] {
  return [
    ...(signer ? [words`another signer: ${signer.before} before, ${signer.after} now`] : []),
    ...(usagesAdded.length > 0 ? [words`usages added: ${wordList(usagesAdded)}`] : []),
    ...(usagesRemoved.length > 0 ? [words`usages removed: ${wordList(usagesRemoved)}`] : []),
  ];
}

function sealing(before: SealingFacts, after: SealingFacts): Words {
  if (before.sealing === 'sealed-secrets' && after.sealing === 'sealed-secrets') {
    if (before.scope !== after.scope) {
      return words`the key is sealed with scope ${after.scope}, before with ${before.scope}`;
    }
    return words`the key is sealed for another sealing certificate: ${short(before.sealingCertificateSha256)} before, ${short(after.sealingCertificateSha256)} now; the controller of this cluster must have its key (releaf doctor compares)`;
  }
  if (before.sealing === 'sops' && after.sealing === 'sops') {
    const added = after.recipients.filter((one) => !before.recipients.includes(one));
    const removed = before.recipients.filter((one) => !after.recipients.includes(one));
    return words`others can open the key: recipients added ${added.length > 0 ? wordList(added, 3) : 'none'}, removed ${removed.length > 0 ? wordList(removed, 3) : 'none'}`;
  }
  return words`the key is sealed in another way: ${before.sealing} before, ${after.sealing} now`;
}
