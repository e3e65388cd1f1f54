import { basename } from 'node:path';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { renderCertificate, renderShared } from '../../lib/constructs/render';
import {
  SECRET_NAMINGS,
  type CertificateSpec,
  type RestartObject,
} from '../../lib/model/certificate-spec';
import {
  APPROVALS,
  ENGINES,
  LAYOUTS,
  REQUEST_FORMS,
  type DeliverySpec,
} from '../../lib/model/delivery-spec';
import type { Certificate, Revision, SealedKey } from '../../lib/model/revision';
import { issued, plainKey, revision, sealedKey, sopsKey, spec } from '../constructs/kes';

/** What every object of `dist/` has in common, read as untyped YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly sops?: object;
}

/** Everything that shapes the output of a folder with two certificates. */
export interface Case {
  readonly delivery: DeliverySpec;
  readonly naming: CertificateSpec['secret']['naming'];
  readonly sealing: SealedKey['sealing'];
  readonly restart: readonly string[];
  readonly signer: string;
  readonly state: keyof typeof STATES;
  readonly names: readonly [string, string];
}

const KEYS: Readonly<Record<SealedKey['sealing'], SealedKey>> = {
  'sealed-secrets': sealedKey,
  sops: sopsKey,
  plaintext: plainKey,
};

const SEALINGS: Readonly<Record<SealedKey['sealing'], CertificateSpec['sealing']>> = {
  'sealed-secrets': spec.sealing,
  sops: { type: 'sops' },
  plaintext: { type: 'plaintext' },
};

type State = (made: (number: number) => Made) => readonly Revision[];
interface Made {
  readonly pending: Revision;
  readonly issued: Revision;
}

/** The life of a certificate. */
export const STATES = {
  nothing: () => [],
  'first pending': (of) => [of(1).pending],
  issued: (of) => [of(1).issued],
  'next pending': (of) => [of(1).issued, of(2).pending],
  renewed: (of) => [of(1).issued, of(2).issued],
  'rolled back': (of) => [of(1).issued, { ...of(2).issued, withdrawn: true }],
  'next withdrawn': (of) => [of(1).issued, { ...of(2).pending, withdrawn: true }],
} satisfies Readonly<Record<string, State>>;

/** Names that would meet if one were put before a number or an ending without care. */
const NAMES: readonly (readonly [string, string])[] = [
  ['web', 'kes'],
  ['web', '1-web'],
  ['web', 'web-2'],
  ['web-1-3f9ab2c1', 'web'],
  ['web', 'web-certificate'],
  ['web', 'web-gate'],
  [`${'a'.repeat(62)}b`, `${'a'.repeat(62)}c`],
  ['kustomization', 'releaf'],
];

const target = (kind: string, more: Partial<RestartObject> = {}): RestartObject => ({
  form: 'fragment',
  apiVersion: 'apps/v1',
  kind,
  name: 'minio',
  namespace: 'minio',
  annotations: 'spec.template.metadata.annotations',
  digestOf: 'certificate',
  selector: { app: 'minio' },
  ...more,
});

const RESTARTS: Readonly<Record<string, RestartObject>> = {
  statefulSet: target('StatefulSet', { serviceName: 'minio-hl' }),
  deployment: target('Deployment'),
  tenant: target('Tenant', {
    apiVersion: 'minio.min.io/v2',
    annotations: 'spec.kes.annotations',
  }),
};

export const arbitraryCase: fc.Arbitrary<Case> = fc.record({
  delivery: fc.record({
    engine: fc.constantFrom(...ENGINES),
    layout: fc.constantFrom(...LAYOUTS),
    request: fc.constantFrom(...REQUEST_FORMS),
    approve: fc.constantFrom(...APPROVALS),
    image: fc.constant('registry.example.com/kubectl:1.36.3'),
  }),
  naming: fc.constantFrom(...SECRET_NAMINGS),
  sealing: fc.constantFrom(...(Object.keys(KEYS) as SealedKey['sealing'][])),
  restart: fc.subarray(Object.keys(RESTARTS)),
  signer: fc.constantFrom(spec.signer, 'local'),
  state: fc.constantFrom(...(Object.keys(STATES) as (keyof typeof STATES)[])),
  names: fc.constantFrom(...NAMES),
});

function certificateOf(
  name: string,
  { delivery, naming, sealing, restart, signer, state }: Case,
): Certificate {
  const secret = { ...spec.secret, name: `${name}-pair`, naming };
  const made = (number: number): Made => {
    const { record } = revision(number);
    const ending = `${number}-3f9ab2c1`;
    const key: SealedKey = {
      ...KEYS[sealing],
      name: naming === 'stable' ? secret.name : `${secret.name}-${ending}`,
    };
    const own = { sealedKey: key, record: { ...record, signer, objectName: `${name}-${ending}` } };
    return { pending: revision(number, own), issued: issued(number, own) };
  };
  return {
    spec: {
      ...spec,
      name,
      delivery,
      secret,
      signer,
      sealing: SEALINGS[sealing],
      restartObjects: restart.map((key) => ({
        ...RESTARTS[key]!,
        name: `minio-${name}`,
        form: delivery.engine === 'kustomize' ? 'patch' : 'fragment',
      })),
    },
    revisions: STATES[state](made),
  };
}

export interface Output {
  readonly certificates: readonly Certificate[];
  /** By path. */
  readonly files: ReadonlyMap<string, readonly Manifest[]>;
  readonly texts: Readonly<Record<string, string>>;
}

export function outputOf(given: Case): Output {
  const certificates = given.names.map((name) => certificateOf(name, given));
  const own = certificates.flatMap(renderCertificate);
  const all = [
    ...own,
    ...renderShared(
      given.delivery,
      own.map(({ file }) => file),
    ),
  ];
  const texts = Object.fromEntries(all.map(({ file, text }) => [file, text]));
  expect(Object.keys(texts)).toHaveLength(all.length);
  const files = new Map(all.map(({ file, text }) => [file, manifestsOf(text)]));
  return { certificates, files, texts };
}

const manifestsOf = (text: string): readonly Manifest[] =>
  [...parseAllDocuments(text)]
    .map((document) => {
      expect([...document.errors, ...document.warnings]).toEqual([]);
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);

export const isList = (file: string): boolean => basename(file) === 'kustomization.yaml';
export const isPatch = (file: string): boolean => file.endsWith('.patch.yaml');

/** Objects that are to be applied, with their files. */
export const applied = ({ files }: Output): readonly (readonly [string, Manifest])[] =>
  [...files]
    .filter(([file]) => !isList(file) && !isPatch(file))
    .flatMap(([file, manifests]) => manifests.map((manifest) => [file, manifest] as const));

export const TEAMS = ['StatefulSet', 'Deployment', 'Tenant'];

/** What an object is there for, as anybody can tell: the place in the order of apply. */
export function stageOf(object: Manifest): number {
  if (object.kind === 'Secret' || object.kind === 'SealedSecret') return 1;
  if (JSON.stringify(object).includes('await-secret.sh')) return 2;
  return TEAMS.includes(object.kind) ? 3 : 4;
}

/** What is the same where only the state changes. */
export const SHARED: Case = {
  delivery: { ...spec.delivery, request: 'job' },
  naming: 'stable',
  sealing: 'sealed-secrets',
  restart: Object.keys(RESTARTS),
  signer: spec.signer,
  state: 'issued',
  names: ['web', 'kes'],
};
