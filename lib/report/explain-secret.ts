import type { Explanation, ExplainedRestart, ExplainedSealing } from './explanation';
import { fields, rows, type Field } from './sections';

/** Which Secret, and how its key is sealed. */
export function secret({
  secret: { namespace, name, naming, type, keys },
  sealedKey,
}: Explanation): string[] {
  const sealed: readonly Field[] = sealedKey
    ? sealingFields(sealedKey)
    : [['sealed', 'no key yet']];
  return [
    fields(`Secret ${namespace}/${name}`, [
      ['type', type],
      ['holds', `${keys.privateKey}, ${keys.certificate}`],
      ['naming', naming === 'stable' ? undefined : 'one Secret for each revision'],
      ...sealed,
    ]),
  ];
}

function sealingFields(sealed: ExplainedSealing): readonly Field[] {
  const target = `Secret ${sealed.namespace}/${sealed.name}`;
  switch (sealed.sealing) {
    case 'sealed-secrets':
      return [
        ['sealed', `by Sealed Secrets, scope ${sealed.scope}`],
        [
          'opens',
          {
            strict: `only as ${target}`,
            'namespace-wide': `under any name in namespace ${sealed.namespace}`,
            'cluster-wide': 'anywhere in the cluster',
          }[sealed.scope],
        ],
        ['for', `sealing certificate ${sealed.sealingCertificateSha256}`],
      ];
    case 'sops':
      return [
        ['sealed', `by SOPS with age, ${sealed.lastModified}`],
        ['bound to', `data.${sealed.item} of ${target}`],
        ['for', ...sealed.recipients],
      ];
    case 'plaintext':
      return [['sealed', 'NO: the key is in clear for everyone who can read the repository']];
  }
}

/** What restarts, and which files name the Secret. */
export function restart({
  restart: { annotation, places, objects, references },
}: Explanation): string[] {
  return [
    ...(places.length === 0
      ? [
          fields('Restart', [
            ['files', objects.length === 0 ? 'none in the config' : undefined],
            ['key', annotation],
          ]),
        ]
      : [
          rows(
            `Restart by ${annotation}`,
            ['FILE', 'ANNOTATIONS', 'DIGEST OF', 'STATE'],
            places.map((place) => [place.file, place.annotations, place.digestOf, stateOf(place)]),
          ),
        ]),
    ...(objects.length === 0
      ? []
      : [
          rows(
            'Objects that restart through dist/',
            ['OBJECT', 'ANNOTATIONS', 'DIGEST OF', 'BY'],
            objects.map(({ kind, namespace, name, annotations, digestOf, form }) => [
              `${kind} ${namespace}/${name}`,
              annotations,
              digestOf,
              form === 'patch' ? 'patch of Kustomize' : 'server-side apply',
            ]),
          ),
        ]),
    ...(references.length === 0
      ? []
      : [
          rows(
            'Files that name the Secret',
            ['FILE', 'NAME', 'TYPE'],
            references.map(({ file, name, type }) => [file, name, type ?? '-']),
          ),
        ]),
  ];
}

function stateOf({ value, found }: ExplainedRestart): string {
  if (value === undefined) return found ?? 'waits for a certificate';
  if (found === value) return `as it should be: ${value.slice(0, 12)}…`;
  return `${found === undefined ? 'not there' : 'another value'}; releaf synth writes ${value.slice(0, 12)}…`;
}
