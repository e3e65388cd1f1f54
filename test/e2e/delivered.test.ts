import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { MARKER } from '../../lib/delivery/output-file';
import type { Engine } from '../../lib/model/delivery-spec';
import { filesIn, folderOf, read, removeFolders, VECTORS } from '../harness';
import { output } from '../system/process';
import { apply, kubectl } from './cluster';
import { established } from './engines/custom-resources';
import { tool } from './processes';
import { serverSideApply } from './server-side-apply';
import { installTenants } from './tenants';

const GOLDEN = join(__dirname, '../golden');
const SITUATIONS = readdirSync(GOLDEN)
  .filter((name) => existsSync(join(GOLDEN, name, 'expected/dist')))
  .sort();

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

beforeAll(async () => {
  await installTenants();
  const items = documentsOf(readFileSync(tool('flux.yaml'), 'utf8'));
  await apply({ apiVersion: 'v1', kind: 'List', items });
  await established('kustomizations.kustomize.toolkit.fluxcd.io');
});

afterAll(removeFolders);

const documentsOf = (text: string): readonly Manifest[] =>
  [...parseAllDocuments(text)]
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

const textOf = (objects: readonly Manifest[]): string =>
  objects.map((object) => stringify(object)).join('---\n');

/** What a golden folder gives, as its engine has it: what SOPS encrypts is opened, what is not ours is gone. */
async function delivered(situation: string): Promise<string> {
  const root = folderOf({});
  for (const part of ['input', 'expected']) {
    cpSync(join(GOLDEN, situation, part), root, { recursive: true });
  }
  for (const [file, text] of Object.entries(filesIn(root))) {
    if (!file.startsWith('dist/')) continue;
    const path = join(root, file);
    if (!text.startsWith(MARKER)) rmSync(path);
    if (!file.endsWith('.sops.yaml')) continue;
    const env = { SOPS_AGE_KEY_FILE: join(VECTORS, 'sops/worthless-x25519.agekey') };
    writeFileSync(path, await output(tool('sops'), ['decrypt', path], { env }));
  }
  return root;
}

function engineOf(root: string): Engine {
  const config = read(root, 'releaf.yaml');
  const { delivery = 'kubectl' } = parse(config) as { delivery?: Engine | { type: Engine } };
  return typeof delivery === 'string' ? delivery : delivery.type;
}

/** The objects of a folder of `dist/`, in order of its files; kustomizations and patches are no objects. */
function objectsIn(root: string, folder = ''): readonly Manifest[] {
  const path = join(root, 'dist', folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => /\.(?:k8s|sops)\.yaml$/.test(name))
    .sort()
    .flatMap((name) => documentsOf(read(path, name)));
}

const FOLDERS = ['', 'fragments', 'secrets', 'restarts', 'requests', 'kustomizations'];

const fileOf = (object: Manifest): string =>
  join(folderOf({ 'object.yaml': stringify(object) }), 'object.yaml');

/** The overlay of a team that includes the component. */
function overlayIn(root: string): string {
  const folder = join(root, 'overlay');
  const resources = existsSync(join(root, WORKLOAD)) ? [WORKLOAD] : [];
  const files = folderOf({
    'kustomization.yaml': stringify({ resources, components: ['../dist'] }),
  });
  cpSync(files, folder, { recursive: true });
  for (const file of resources) cpSync(join(root, file), join(folder, file));
  return folder;
}

/** What the team has in the cluster already, where a golden folder says it. */
const WORKLOAD = 'workload.yaml';

/** Applies what a folder gives as the engine does: what was applied. */
const DELIVER: Readonly<Record<Engine, (root: string) => Promise<readonly Manifest[]>>> = {
  kubectl: async (root) => {
    const objects = objectsIn(root);
    const input = textOf(objects);
    await kubectl(['apply', '--validate=strict', '-f', '-'], { input });
    expect(await kubectl(['diff', '-f', '-'], { input })).toBe('');
    const fragments = objectsIn(root, 'fragments');
    for (const fragment of fragments) {
      const file = fileOf(fragment);
      await kubectl(['patch', '--type=merge', '-f', file, '--patch-file', file]);
    }
    return [...objects, ...fragments];
  },
  kustomize: async (root) => {
    const input = await kubectl(['kustomize', overlayIn(root)]);
    await kubectl(['apply', '--validate=strict', '-f', '-'], { input });
    expect(await kubectl(['diff', '-f', '-'], { input })).toBe('');
    return documentsOf(input);
  },
  // As it calls kubectl's library: argo-cd/gitops-engine, pkg/utils/kube/resource_ops.go, newApplyOptions.
  'argo-cd': async (root) => {
    const manager = '--field-manager=argocd-controller';
    const objects = objectsIn(root);
    for (const object of objects) {
      const options = object.metadata.annotations?.['argocd.argoproj.io/sync-options'] ?? '';
      const said = options.split(',');
      const how = [
        ...(said.includes('ServerSideApply=true') ? ['--server-side', '--force-conflicts'] : []),
        said.includes('Validate=false') ? '--validate=false' : '--validate=strict',
      ];
      await kubectl(['apply', manager, ...how, '-f', '-'], { input: stringify(object) });
    }
    return objects;
  },
  flux: async (root) => {
    const built = [...objectsIn(root, 'kustomizations')];
    for (const folder of ['secrets', 'requests', 'restarts']) {
      const path = join(root, 'dist', folder);
      if (existsSync(path)) built.push(...documentsOf(await kubectl(['kustomize', path])));
    }
    for (const object of built) {
      const { status, body } = await serverSideApply(
        pathOf(object),
        'kustomize-controller',
        object,
      );
      if (status > 201) throw new Error(`${idOf(object)}: ${body.message ?? status}`);
    }
    return built;
  },
};

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${place}/${kind.toLowerCase()}s/${name}`;
}

const idOf = ({ kind, metadata: { name, namespace = '' } }: Manifest): string =>
  `${kind} ${namespace}/${name}`;

const ids = (objects: readonly Manifest[]): readonly string[] => objects.map(idOf).sort();

/**
 * Kinds that a controller of this cluster writes to, and custom resources, which the API server may store anew
 * soon after their definition: another `resourceVersion` says nothing of these.
 */
const UNVERSIONED = ['Job', 'SealedSecret', 'StatefulSet', 'Tenant', 'Kustomization'];

/** What the API server has of each object: another `resourceVersion` is another object. */
async function liveOf(objects: readonly Manifest[]): Promise<unknown> {
  const input = textOf(objects);
  const text = await kubectl(['get', '-f', '-', '-o', 'json'], { input });
  const live = JSON.parse(text) as { readonly items?: readonly Live[] };
  return (live.items ?? [live as Live]).map(({ status, metadata, ...rest }) => {
    if (!UNVERSIONED.includes(rest.kind)) return { ...rest, metadata, status };
    return { ...rest, metadata: { ...metadata, resourceVersion: '' } };
  });
}

interface Live {
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string };
  readonly status?: unknown;
}

it.each(SITUATIONS)(
  'the API server takes every object, and a second time nothing changes: %s',
  async (situation) => {
    const root = await delivered(situation);
    const given = FOLDERS.flatMap((folder) => objectsIn(root, folder));
    const team = existsSync(join(root, WORKLOAD)) ? documentsOf(read(root, WORKLOAD)) : [];
    for (const name of new Set([...given, ...team].map(({ metadata }) => metadata.namespace))) {
      if (name !== undefined)
        await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    const engine = engineOf(root);
    if (team.length > 0 && engine !== 'kustomize') {
      await kubectl(['apply', '--server-side', '-f', join(root, WORKLOAD)]);
    }

    const applied = await DELIVER[engine](root);
    expect(ids(applied)).toEqual(ids(engine === 'kustomize' ? [...given, ...team] : given));
    const live = await liveOf(applied);
    expect(await DELIVER[engine](root)).toEqual(applied);
    expect(await liveOf(applied)).toEqual(live);

    const all = textOf([...applied, ...team]);
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], { input: all });
  },
  60_000,
);
