import { stringify } from 'yaml';
import { ENGINES, type Engine } from '../../lib/model/delivery-spec';
import type { LocalCa } from '../../lib/x509/local-ca';
import {
  daysAfter,
  filesIn,
  folderOf,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  testCa,
  type Files,
} from '../harness';
import { signPending } from '../sign-pending';

const CERTIFICATES = 50;
const NAMES = Array.from({ length: CERTIFICATES }, (_, index) => `app-${index + 1}`);
const RENEWED = 'app-17';

const configOf = (delivery: object): string =>
  stringify({
    version: 1,
    delivery,
    defaults: {
      signer: 'example.com/internal',
      sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
      secret: { namespace: 'shop' },
    },
    certificates: Object.fromEntries(
      NAMES.map((name) => [
        name,
        {
          dnsNames: [`${name}.example.com`],
          secret: { name: `${name}-tls` },
          restart: [
            { file: `apps/${name}.yaml`, annotations: 'spec.template.metadata.annotations' },
          ],
        },
      ]),
    ),
  });

const WORKLOAD = 'spec:\n  template:\n    metadata: {}\n';

async function done(root: string, line: string, days: number, stdin = ''): Promise<void> {
  const ran = await releaf([...line.split(' '), '-C', root], { now: daysAfter(days), stdin });
  expect(ran).toMatchObject({ status: 0 });
}

/** What `git diff --name-only` would list, new and removed files included. */
const changed = (before: Files, after: Files): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((path) => before[path] !== after[path])
    .sort();

/** Which files of `dist/` the two pull requests change. */
const OUTPUT: Readonly<
  Record<Engine, { readonly pending: readonly string[]; readonly issued: readonly string[] }>
> = {
  kubectl: { pending: ['NAME.k8s.yaml'], issued: ['NAME.k8s.yaml'] },
  kustomize: { pending: ['NAME.k8s.yaml'], issued: ['NAME.k8s.yaml'] },
  'argo-cd': { pending: ['NAME.k8s.yaml'], issued: ['NAME.k8s.yaml'] },
  flux: {
    pending: ['requests/NAME.k8s.yaml'],
    issued: ['requests/NAME.k8s.yaml', 'secrets/NAME.k8s.yaml'],
  },
};

describe(`a renewal of one certificate among ${CERTIFICATES}`, () => {
  let ca: LocalCa;
  let committed: Files;

  beforeAll(async () => {
    ca = await testCa();
    const root = folderOf({
      'releaf.yaml': configOf({ type: 'kubectl' }),
      'sealing.pem': SEALING_CERTIFICATE,
      ...Object.fromEntries(NAMES.map((name) => [`apps/${name}.yaml`, WORKLOAD])),
    });
    await done(root, 'renew', 0);
    await done(root, 'fetch --from -', 0, signPending(root, ca, daysAfter(0)));
    committed = filesIn(root);
  }, 120_000);

  afterAll(removeFolders);

  it.each(ENGINES)(
    'changes its revision, its output and its restart file, and nothing else: %s',
    async (type) => {
      const { pending, issued } = OUTPUT[type];
      const output = (files: readonly string[]) =>
        files.map((file) => `dist/${file.replace('NAME', RENEWED)}`);
      const root = folderOf({ ...committed, 'releaf.yaml': configOf({ type }) });
      await done(root, 'synth', 0);
      const before = filesIn(root);

      await done(root, `renew --force ${RENEWED}`, 1);
      const requested = filesIn(root);
      expect(changed(before, requested)).toEqual([
        ...['private-key.yaml', 'request.pem', 'request.yaml'].map(
          (file) => `certificates/${RENEWED}/2/${file}`,
        ),
        ...output(pending),
      ]);

      await done(root, 'fetch --from -', 1, signPending(root, ca, daysAfter(1)));
      expect(changed(requested, filesIn(root))).toEqual([
        `apps/${RENEWED}.yaml`,
        `certificates/${RENEWED}/2/certificate.pem`,
        ...output(issued),
      ]);
    },
    120_000,
  );
});
