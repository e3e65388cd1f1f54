import { dirname, join, relative } from 'node:path';
import { ReleafError } from '../../lib/model/errors';
import { loadCertificates, openFolder } from '../../lib/store/folder';
import { folderOf, removeFolders, WEB_CONFIG } from '../harness';

afterAll(removeFolders);

const TYPED = `import { defineConfig } from 'releaf';

const host: string = 'web.example.com';
export default defineConfig({
  version: 1,
  certificates: {
    web: {
      dnsNames: [host],
      signer: 'example.com/internal',
      secret: { name: 'web-tls', namespace: 'shop' },
      sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
    },
  },
});
`;

it('reads the same from YAML and from TypeScript, by the same rules', () => {
  const yaml = openFolder(folderOf({ 'releaf.yaml': WEB_CONFIG }));
  const typed = openFolder(folderOf({ 'releaf.config.ts': TYPED }));
  expect(typed.config).toEqual(yaml.config);
  expect(() =>
    openFolder(folderOf({ 'releaf.config.ts': TYPED.replace('version: 1', 'version: 2') })),
  ).toThrow(/^releaf\.config\.ts has 1 problem:\n {2}version: /);
});

it('shares what a base says, and lets the folder say otherwise', () => {
  const root = folderOf({
    'base.yaml': `version: 1
defaults:
  signer: example.com/internal
  duration: 30d
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates: {}
`,
    'prod/releaf.yaml': `version: 1
extends: ../base.yaml
defaults:
  duration: 60d
certificates:
  web:
    dnsNames: [web.example.com]
    secret: { name: web-tls, namespace: shop }
`,
  });
  const { config } = openFolder(`${root}/prod`);
  expect(config.certificates).toMatchObject([
    { name: 'web', signer: 'example.com/internal', expirationSeconds: 60 * 86_400 },
  ]);
});

it('names the base too when something in it may be wrong', () => {
  const root = folderOf({
    'base.yaml': 'defaults: { duration: 3 }\n',
    'releaf.yaml': `extends: base.yaml\n${WEB_CONFIG}`,
  });
  expect(() => openFolder(root)).toThrow(
    /^releaf\.yaml \(which extends base\.yaml\) has 1 problem:\n/,
  );
});

it('gives a cdk8s app its certificates by name', () => {
  const certificates = loadCertificates(folderOf({ 'releaf.yaml': WEB_CONFIG }));
  expect([...certificates]).toMatchObject([['web', { spec: { name: 'web' }, revisions: [] }]]);
});

describe('where there is no config', () => {
  const files = { 'releaf.yaml': WEB_CONFIG, 'a/b/c/note.txt': '', 'own/.git/HEAD': '' };

  it.each([
    ['one above is named, as it is reached from here', 'a/b/c', '', true],
    ['the nearest is', 'a/b/c', 'a/releaf.config.ts', true],
    ['none is outside of the repository', 'own', '', false],
  ])('%s', (_, folder, nearer, isNamed) => {
    const top = folderOf({ ...files, ...(nearer !== '' && { [nearer]: '' }) });
    const above = relative('', join(top, dirname(nearer)));
    expect(() => openFolder(join(top, folder))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_MISSING',
        hint: isNamed
          ? `there is one in ${above}: say -C ${above}; or make one here: releaf init`
          : 'make one: releaf init; or name the folder with -C',
      }) as Error,
    );
  });

  it('looks no more than eight folders up', () => {
    const top = folderOf({
      'releaf.yaml': WEB_CONFIG,
      '1/2/3/4/5/6/7/8/9/note.txt': '',
    });
    const hintIn = (folder: string): string => {
      try {
        openFolder(join(top, folder));
      } catch (error) {
        if (error instanceof ReleafError) return error.hint;
      }
      return '';
    };
    expect(hintIn('1/2/3/4/5/6/7/8')).toMatch(/^there is one in /);
    expect(hintIn('1/2/3/4/5/6/7/8/9')).toMatch(/^make one: /);
  });
});
