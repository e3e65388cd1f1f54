import { posix } from 'node:path';
import type { CertificateSpec } from '../model/certificate-spec';
import type { DeliverySpec } from '../model/delivery-spec';
import { ReleafError } from '../model/errors';
import { formatPath, type Problem } from './problem';
import { approvalProblems, resolveDelivery } from './resolve-delivery';
import { resolveCertificate } from './resolve-certificate';
import { sharedFragments } from './restart-rules';
import { checkShape } from './shape-problems';
import type { WrittenConfig } from './written-config';

/** A config that is total and valid. */
export interface Config {
  /** Sorted by name, in code-unit order. */
  readonly certificates: readonly CertificateSpec[];
  readonly delivery: DeliverySpec;
  /** Files in which a private key in clear is expected, relative to the folder of the config. */
  readonly knownPrivateKeys: readonly string[];
}

/**
 * Checks what a person wrote and fills in the rest: first the shape; if it is right, the rules across
 * keys. All problems are told at once, one on a line with its path.
 *
 * @param written - the config as read, `extends` resolved by `mergeConfig`
 * @param source - the name of the file, for messages
 * @throws ReleafError SIGNER_RULE when a signer would refuse and nothing else is wrong, else
 * CONFIG_INVALID
 */
export function parseConfig(written: unknown, source: string): Config {
  const shape = checkShape(written);
  if ('problems' in shape) throw invalid(source, shape.problems);
  const { config } = shape;
  const defaults = config.defaults ?? {};
  const sops = [defaults, ...Object.values(config.certificates ?? {})].some(
    ({ sealing }) => sealing?.type === 'sops',
  );
  const { delivery, problems: deliveryProblems } = resolveDelivery(config.delivery, sops);
  const resolved = entriesOf(config).map(([name, entry]) =>
    resolveCertificate(name, entry, defaults, delivery),
  );
  const certificates = resolved.flatMap(({ spec }) => spec ?? []);
  const problems = [
    ...deliveryProblems,
    ...approvalProblems(config.delivery, delivery, certificates),
    ...(config.certificates ? [] : [NO_CERTIFICATES]),
    ...resolved.flatMap((one) => one.problems),
    ...sharedSecrets(certificates),
    ...sharedPlaces(certificates),
    ...sharedFragments(certificates),
  ];
  if (problems.length > 0) throw invalid(source, eachOnce(problems));
  return {
    delivery,
    certificates,
    knownPrivateKeys: (config.knownPrivateKeys ?? []).map((file) => posix.normalize(file)),
  };
}

const NO_CERTIFICATES: Problem = {
  path: ['certificates'],
  text: 'missing; list certificates by name, or write {} when there are none yet',
};

const entriesOf = ({ certificates = {} }: WrittenConfig) =>
  Object.entries(certificates).sort(([a], [b]) => (a < b ? -1 : 1));

/** Two certificates in one Secret would overwrite each other. */
function sharedSecrets(certificates: readonly CertificateSpec[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return certificates.flatMap(({ name, secret }) => {
    const id = `${secret.namespace}/${secret.name}`;
    const owner = owners.get(id);
    owners.set(id, owner ?? name);
    return owner === undefined
      ? []
      : [
          {
            path: ['certificates', name, 'secret', 'name'],
            text: `the Secret ${id} is that of certificates.${owner} already; give each certificate its own`,
          },
        ];
  });
}

/** One value can name one Secret only: two certificates would take it from each other at each synth. */
function sharedPlaces(certificates: readonly CertificateSpec[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return certificates.flatMap(({ name, references }) =>
    references.flatMap((reference, index) =>
      (['name', 'type'] as const).flatMap((key) => {
        const path = reference[key];
        if (path === undefined) return [];
        const id = JSON.stringify([reference.file, path]);
        const owner = owners.get(id);
        const here = ['certificates', name, 'references', index, key];
        owners.set(id, owner ?? formatPath(here));
        const text = `${path} of ${reference.file} is said by ${owner ?? ''} already; one place names one Secret`;
        return owner === undefined ? [] : [{ path: here, text }];
      }),
    ),
  );
}

/** Named of those for which the defaults are just as wrong. */
const MOST_NAMED = 5;

/** What is wrong with the defaults is told with the first certificate, and said to hold for the others. */
function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  const kinds = new Map<string, { readonly problem: Problem; readonly names: string[] }>();
  for (const [index, problem] of problems.entries()) {
    const { path, text, inherited } = problem;
    const [, name, ...own] = path;
    const id = inherited ? JSON.stringify([own, text]) : String(index);
    const kind = kinds.get(id);
    if (kind) kind.names.push(String(name));
    else kinds.set(id, { problem, names: [] });
  }
  return Array.from(kinds.values(), ({ problem, names }) => ({
    ...problem,
    text: `${problem.text}${sameFor(names)}`,
  }));
}

function sameFor(names: readonly string[]): string {
  if (names.length === 0) return '';
  const rest = names.length - MOST_NAMED;
  const named = names.slice(0, MOST_NAMED).join(', ');
  return `; the same for ${names.length} more: ${named}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** More than a person would mend before trying again. */
const MOST_PROBLEMS = 100;

function invalid(source: string, problems: readonly Problem[]): ReleafError {
  const lines = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, text }) => (path.length === 0 ? `  ${text}` : `  ${formatPath(path)}: ${text}`));
  if (problems.length > lines.length) lines.push(`  and ${problems.length - lines.length} more`);
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  const signer = problems.every(({ signerRule }) => signerRule);
  return new ReleafError(
    signer ? 'SIGNER_RULE' : 'CONFIG_INVALID',
    `${source} has ${count}:\n${lines.join('\n')}`,
    signer
      ? `change the request in ${source}, or choose a signer that accepts it`
      : `correct ${source}; docs/config.md describes every key`,
  );
}
