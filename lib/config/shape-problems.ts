import type { z } from 'zod';
import { certificate } from './certificate-schema';
import { configSchema } from './config-schema';
import { nearest } from './did-you-mean';
import { got, quotable, type ConfigPath, type Problem } from './problem';
import type { WrittenConfig } from './written-config';

type Issue = z.core.$ZodIssue;

/** The config if it has the shape of one; else all that is wrong with it. */
export function checkShape(
  written: unknown,
): { readonly config: WrittenConfig } | { readonly problems: readonly Problem[] } {
  if (written === null) return { problems: [EMPTY] };
  const result = configSchema.safeParse(written, { reportInput: true });
  const problems = [
    ...(result.error?.issues ?? []).flatMap((issue) => problemsOf(issue, [])),
    ...hiddenKeys(written),
  ];
  return result.success && problems.length === 0 ? { config: result.data } : { problems };
}

const EMPTY: Problem = {
  path: [],
  text: 'the file is empty; it begins with version: 1, or remove it and run: releaf init',
};

function problemsOf(issue: Issue, above: ConfigPath): readonly Problem[] {
  const path = [
    ...above,
    ...issue.path.map((step) => (typeof step === 'number' ? step : String(step))),
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(' ')));
    case 'invalid_key': {
      const name = String(path.at(-1));
      const [inner] = issue.issues;
      return [
        { path: path.slice(0, -1), text: `got the name ${quoted(name)}; ${inner?.message ?? ''}` },
      ];
    }
    case 'invalid_union':
      return unionProblems(issue, path);
    case 'invalid_value':
      return [{ path, text: withNearest(path, issue.input, issue.message, issue.values) }];
    default:
      return [{ path, text: `${got(path, issue.input)}; ${issue.message}` }];
  }
}

/** Of several forms, the problems of the one whose type came; else what all the forms are. */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: ConfigPath,
): readonly Problem[] {
  if (issue.discriminator !== undefined) {
    const input = issue.input as Readonly<Record<string, unknown>>;
    const came = Object.hasOwn(input, issue.discriminator) ? input[issue.discriminator] : undefined;
    const names = 'options' in issue ? (issue.options ?? []) : [];
    return [{ path, text: withNearest(path, came, issue.message, names) }];
  }
  const meant = issue.errors.find((branch) =>
    branch.every((inner) => inner.path.length > 0 || inner.code === 'custom'),
  );
  const chosen = meant ?? formOfKeys(issue);
  if (chosen) return chosen.flatMap((inner) => problemsOf(inner, path));
  const words = issue.errors
    .flat()
    .flatMap((inner) => (inner.code === 'invalid_value' && !inner.path.length ? inner.values : []));
  return [{ path, text: withNearest(path, issue.input, issue.message, words) }];
}

/** Of several forms of a mapping, the one that knows most of the keys that came, if there is only one. */
function formOfKeys({
  errors,
}: Extract<Issue, { code: 'invalid_union' }>): readonly Issue[] | undefined {
  const unknown = errors.map((branch) => {
    const [own] = branch.filter(({ path }) => path.length === 0);
    return own === undefined ? 0 : own.code === 'unrecognized_keys' ? own.keys.length : Infinity;
  });
  const least = Math.min(...unknown);
  return Number.isFinite(least) && unknown.indexOf(least) === unknown.lastIndexOf(least)
    ? errors[unknown.indexOf(least)]
    : undefined;
}

function withNearest(
  path: ConfigPath,
  input: unknown,
  allowed: string,
  values: readonly unknown[],
): string {
  const words = values.filter((value) => typeof value === 'string');
  const meant = typeof input === 'string' ? nearest(input, words) : undefined;
  const text = `${got(path, input)}; ${allowed}`;
  return meant === undefined ? text : `${text}; did you mean "${meant}"?`;
}

/** Where keys belong that people write beside the mapping they are in, some under cert-manager's names. */
const INSIDE: ReadonlyMap<string, string> = new Map([
  ['secretName', 'secret.name'],
  ['namespace', 'secret.namespace'],
  ['naming', 'secret.naming'],
  ['labels', 'secret.labels'],
  ['organizations', 'subject.organizations'],
  ['countries', 'subject.countries'],
  ['privateKey', 'key'],
  ['rotationPolicy', 'keyPolicy'],
  ['issuerRef', 'signer'],
  ['renewBefore', 'renewAt'],
  ['recipients', 'sealing.recipients'],
  ['scope', 'sealing.scope'],
  ['tenant', 'profile.tenant'],
  ['trust', 'profile.trust'],
]);

function unknownKey(path: ConfigPath, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  const where = path.slice(0, -1).join('.');
  const elsewhere = rightPlace(where, key);
  if (elsewhere !== undefined) return { path, text: `not a key here; ${elsewhere}` };
  const isOfEntry = path.length === (path[0] === 'defaults' ? 2 : 3);
  const meant = (isOfEntry ? INSIDE.get(key) : undefined) ?? nearest(key, known);
  const next = meant === undefined ? `the keys are ${known.join(', ')}` : `did you mean ${meant}?`;
  return { path, text: `not a key here; ${next}` };
}

/** Where a key belongs that is right, but not here. */
function rightPlace(where: string, key: string): string | undefined {
  if (
    (where === 'defaults' && Object.hasOwn(certificate.shape, key)) ||
    (where === 'defaults.secret' && key === 'name')
  ) {
    return 'it belongs to each certificate';
  }
  if (key === 'delivery') return 'it belongs to the whole folder, beside certificates';
  return where === 'delivery' && key === 'kustomizations'
    ? 'they are objects of Flux: leave them out, or write type: flux'
    : undefined;
}

/** Zod passes over `__proto__` in mappings with free keys; a person should hear of it. */
function hiddenKeys(written: unknown): readonly Problem[] {
  const certificates = own(written, 'certificates');
  const labels: readonly ConfigPath[] = [
    ['certificates'],
    ['defaults', 'secret', 'labels'],
    ...keysOf(certificates).flatMap((name) => {
      const places = own(own(certificates, name), 'restart');
      return [
        ['secret', 'labels'],
        ...keysOf(places).map((at) => ['restart', Number(at), 'serverSideApply', 'selector']),
      ].map((path) => ['certificates', name, ...path]);
    }),
  ];
  return labels
    .filter((path) => keysOf(path.reduce(own, written)).includes('__proto__'))
    .map((path) => ({
      path: [...path, '__proto__'],
      text: 'not a key here; __proto__ is no name',
    }));
}

const own = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string | number, unknown>>)[key]
    : undefined;

const keysOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

const quoted = (name: string) => `"${quotable(name)}"`;
