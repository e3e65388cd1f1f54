import { listedOrNone } from './found';
import type { SignerRule } from './signer-rules';

/**
 * The subject of a node, which both signers for kubelets insist on. What follows in the common name is
 * free: neither compares it with a node or with who asks.
 *
 * @param prefix - what the ids of the rules begin with
 * @param source - where the rules are written down
 */
export function nodeSubject(prefix: string, source: string): readonly SignerRule[] {
  return [
    {
      id: `${prefix}/organization`,
      origin: 'signer',
      field: 'subject.organizations',
      text: 'the only organization is system:nodes',
      source,
      check({ names: { subject } }) {
        const { organizations } = subject;
        const exact = organizations.length === 1 && organizations[0] === 'system:nodes';
        return exact ? undefined : listedOrNone(organizations);
      },
    },
    {
      id: `${prefix}/common-name`,
      origin: 'signer',
      field: 'commonName',
      text: 'the common name begins with system:node:',
      source,
      check: ({ names: { subject } }) =>
        subject.commonName?.startsWith('system:node:') ? undefined : (subject.commonName ?? 'none'),
    },
  ];
}
