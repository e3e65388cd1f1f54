import { basename, dirname } from 'node:path';
import fc from 'fast-check';
import {
  isManifestFile,
  MARKER,
  OUTPUT_FOLDERS,
  patchFile,
  possibleFiles,
} from '../../lib/delivery/output-file';
import { SECRET_NAMINGS } from '../../lib/model/certificate-spec';
import { LAYOUTS, type Engine } from '../../lib/model/delivery-spec';
import { expectFitsSchema } from '../fits-schema';
import {
  applied,
  arbitraryCase,
  isList,
  isPatch,
  outputOf,
  SHARED,
  stageOf,
  STATES,
  TEAMS,
  type Case,
  type Manifest,
  type Output,
} from './cases';

const CASES = fc.sample(arbitraryCase, 150).map((given) => [given, outputOf(given)] as const);

/** The same cases for every property: to render them takes most of the time. */
function everyCase(check: (output: Output, given: Case) => void): void {
  for (const [given, output] of CASES) {
    try {
      check(output, given);
    } catch (error) {
      throw new Error(`${JSON.stringify(given)}: ${String(error)}`, { cause: error });
    }
  }
}

const CLUSTER_SCOPED = ['CertificateSigningRequest', 'ClusterRole', 'ClusterRoleBinding'];
const JOB_KINDS = [
  'ClusterRole',
  'ClusterRoleBinding',
  'ConfigMap',
  'ConfigMap',
  'Job',
  'Role',
  'RoleBinding',
  'ServiceAccount',
];

const idOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: Manifest): string =>
  [apiVersion, kind, namespace, name].join(' ');

const ascends = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || (numbers[index - 1] ?? 0) <= number);

/** A Secret as SOPS would give it. */
const opened = ({ sops, data, ...rest }: Manifest): Manifest =>
  sops ? { ...rest, data: { ...data, 'private.key': 'AA==' } } : { ...rest, ...(data && { data }) };

/** Annotations by which an engine does something, by stage. */
const ENGINE_ANNOTATIONS = /^(?:argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io)\//;
const WAVES = ['', '-2', '-1', '0', '0'];
const SCRIPT = { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' };

function engineAnnotations(engine: Engine, object: Manifest): object {
  const { kind, data = {} } = object;
  const stage = stageOf(object);
  if (engine === 'argo-cd') {
    const skip = 'SkipDryRunOnMissingResource=true';
    const careful = 'ServerSideApply=true,Validate=false,Prune=false,Delete=false';
    const options = [
      ...(kind === 'SealedSecret' || kind === 'Tenant' ? [skip] : []),
      ...(stage === 3 ? [careful] : []),
    ];
    return {
      'argocd.argoproj.io/sync-wave': WAVES[stage],
      ...(stage === 3 && { 'argocd.argoproj.io/compare-options': 'IgnoreExtraneous' }),
      ...(options.length > 0 && { 'argocd.argoproj.io/sync-options': options.join(',') }),
    };
  }
  if (engine !== 'flux') return {};
  if (stage === 3) {
    return {
      'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    };
  }
  return Object.keys(data).some((key) => key.endsWith('.sh')) ? SCRIPT : {};
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

describe('whatever the delivery', () => {
  it('each object stands in one file, under a name that no other has', () => {
    everyCase((output) => {
      const ids = applied(output).map(([, manifest]) => idOf(manifest));
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('what SOPS encrypts stands alone, in a file that SOPS is told of by its name', () => {
    everyCase(({ files }) => {
      for (const [file, manifests] of files) {
        const encrypted = manifests.filter(({ sops }) => sops);
        if (encrypted.length > 0) expect([file, manifests]).toEqual([file, encrypted.slice(0, 1)]);
        if (manifests.length === 0) continue;
        expect([file, file.endsWith('.sops.yaml')]).toEqual([file, encrypted.length === 1]);
      }
    });
  });

  it('the Secret comes first, then what waits for it, what restarts, and the request', () => {
    everyCase((output, { delivery: { engine, layout } }) => {
      for (const manifests of output.files.values()) {
        if (manifests.some(({ kind }) => kind === 'Kustomization' || kind === 'Component'))
          continue;
        expect(ascends(manifests.map(stageOf))).toBe(true);
      }
      if (engine !== 'kubectl' || layout !== 'object') return;
      const top = applied(output)
        .filter(([file]) => !file.includes('/'))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      expect(ascends(top.map(([, manifest]) => stageOf(manifest)))).toBe(true);
    });
  });

  it('each file is known as ours, and was foreseen', () => {
    everyCase(({ files, texts, certificates }, { sealing }) => {
      const numbers = sealing === 'sops' ? [1, 2] : [];
      const foreseen = certificates.flatMap(({ spec: one }) => possibleFiles(one, numbers));
      for (const file of files.keys()) {
        expect([file, isManifestFile(basename(file))]).toEqual([file, true]);
        expect(['.', ...OUTPUT_FOLDERS]).toContain(dirname(file));
        expect(texts[file]?.startsWith(`${MARKER}\n`)).toBe(true);
        if (!isList(file)) expect(foreseen).toContain(file);
      }
    });
  });

  it('a kustomization lists all that lies beside it', () => {
    everyCase((output, given) => {
      const { engine } = given.delivery;
      const lists = [...output.files].filter(([file]) => isList(file));
      expect(lists.map(([file]) => dirname(file)).sort()).toEqual(
        engine === 'kustomize'
          ? ['.']
          : engine === 'flux'
            ? ['requests', ...(given.restart.length > 0 ? ['restarts'] : []), 'secrets']
            : [],
      );
      for (const [file, [list]] of lists) {
        const { resources = [], patches = [] } = list as unknown as {
          readonly resources?: readonly string[];
          readonly patches?: readonly { readonly path: string }[];
        };
        const beside = [...output.files.keys()].filter(
          (other) => dirname(other) === dirname(file) && !isList(other),
        );
        const listed = [...resources, ...patches.map(({ path }) => path)];
        expect(listed.sort()).toEqual(beside.map((path) => basename(path)).sort());
      }
    });
  });

  it.each(
    (['kustomize', 'flux'] as const).flatMap((engine) =>
      LAYOUTS.flatMap((layout) =>
        SECRET_NAMINGS.map((naming) => [engine, layout, naming] as const),
      ),
    ),
  )(
    'no kustomization changes with a renewal: %s, layout %s, naming %s',
    (engine, layout, naming) => {
      const delivery = { ...SHARED.delivery, engine, layout };
      const listsOf = (state: keyof typeof STATES) =>
        Object.entries(outputOf({ ...SHARED, delivery, naming, state }).texts).filter(([file]) =>
          isList(file),
        );
      const lists = listsOf('nothing');
      expect(lists).not.toEqual([]);
      for (const state of Object.keys(STATES) as (keyof typeof STATES)[]) {
        expect(listsOf(state)).toEqual(lists);
      }
    },
  );

  it('patches are in files of their own, one for each object of the team', () => {
    everyCase(({ files, certificates }, { delivery: { engine }, restart }) => {
      const patches = [...files.keys()].filter(isPatch);
      const wanted = engine === 'kustomize' && restart.length > 0;
      expect(patches.sort()).toEqual(
        wanted ? certificates.map(({ spec: one }) => patchFile(one.name)).sort() : [],
      );
      for (const file of patches) {
        const manifests = files.get(file) ?? [];
        expect([0, restart.length]).toContain(manifests.length);
        for (const { kind } of manifests) expect(TEAMS).toContain(kind);
      }
    });
  });

  it('each object says to its engine what its stage needs, and nothing to another', () => {
    everyCase((output, { delivery: { engine } }) => {
      for (const [, object] of applied(output)) {
        const said = Object.entries(object.metadata.annotations ?? {}).filter(([key]) =>
          ENGINE_ANNOTATIONS.test(key),
        );
        expect([object.kind, Object.fromEntries(said)]).toEqual([
          object.kind,
          engineAnnotations(engine, object),
        ]);
      }
    });
  });

  it('there is nothing that Flux would put values into, and what holds a script says so', () => {
    everyCase(({ texts }) => {
      for (const text of Object.values(texts)) expect(text).not.toContain('${');
    });
  });

  it('objects are valid, in their namespace or in none, under names that Kubernetes takes', () => {
    everyCase((output) => {
      for (const [, object] of applied(output)) {
        const { kind, metadata } = object;
        if (CLUSTER_SCOPED.includes(kind)) expect(metadata).not.toHaveProperty('namespace');
        else expect(metadata.namespace).toBe('minio');
        expect(metadata.name).toMatch(SUBDOMAIN);
        expect(metadata.name.length).toBeLessThanOrEqual(kind === 'Job' ? 63 : 253);
        if (kind === 'Job') expect(metadata.name).toMatch(LABEL);
        for (const value of Object.values(metadata.labels ?? {})) {
          expect(value.length).toBeLessThanOrEqual(63);
        }
        if (TEAMS.includes(kind)) continue;
        expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'releaf' });
        expectFitsSchema(opened(object));
      }
    });
  });

  it('a request is a manifest or a Job, and a signer outside of the cluster gets neither', () => {
    everyCase((output, { delivery: { request }, signer, state, names }) => {
      const kinds = applied(output)
        .filter(([, manifest]) => stageOf(manifest) === 4)
        .map(([, { kind }]) => kind);
      const waiting = signer !== 'local' && state.includes('pending');
      const expected = request === 'job' ? JOB_KINDS : ['CertificateSigningRequest'];
      expect(kinds.sort()).toEqual(waiting ? names.flatMap(() => expected).sort() : []);
    });
  });

  it('a gate stands between a SealedSecret and a restart where the engine would not wait', () => {
    everyCase((output, { delivery: { engine }, naming, sealing, names, state }) => {
      const gates = applied(output).filter(([, manifest]) => stageOf(manifest) === 2);
      const wanted =
        engine === 'argo-cd' &&
        naming === 'stable' &&
        sealing === 'sealed-secrets' &&
        !['nothing', 'first pending'].includes(state);
      expect(gates.map(([, { kind }]) => kind).sort()).toEqual(
        wanted ? names.flatMap(() => ['ConfigMap', 'Job']).sort() : [],
      );
    });
  });

  it('the same input gives the same bytes', () => {
    everyCase((output, given) => {
      expect(outputOf(given).texts).toEqual(output.texts);
    });
  });
});
