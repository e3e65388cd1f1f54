import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tsdoc from 'eslint-plugin-tsdoc';
import tseslint from 'typescript-eslint';

/** The rooms of lib/, top first. A room may import from itself and from the rows below its own. */
const ROWS = [
  ['cli'],
  ['report', 'cluster', 'store', 'verify'],
  ['constructs'],
  ['delivery'],
  ['rotation'],
  ['config'],
  ['sealing', 'signers'],
  ['x509', 'yaml'],
  ['model'],
];

const SOCKETS = ['net', 'http', 'https', 'http2', 'tls', 'dgram', 'dns'];
const RANDOM = [
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'generateKey',
  'generateKeySync',
  'generateKeyPair',
  'generateKeyPairSync',
  'generatePrime',
  'generatePrimeSync',
  'webcrypto',
  'getRandomValues',
];

const both = (name) => [name, `node:${name}`];
const paths = (names, message, extra = {}) =>
  names.flatMap(both).map((name) => ({ name, message, ...extra }));

const LAZY_AGE = 'age-encryption is loaded lazily, in lib/cli/age.ts only';
const LAZY_CLIENT = '@kubernetes/client-node is loaded lazily, in lib/cluster/open-cluster.ts only';

/** What a file of `room` may not import: rooms beside or above it, and what lives in one room only. */
function restrictions(room, { random = false, fs = false, child = false, sockets = false } = {}) {
  const row = ROWS.findIndex((names) => names.includes(room));
  const closed = ROWS.slice(0, row + 1)
    .flat()
    .filter((name) => name !== room);
  return {
    paths: [
      ...(fs ? [] : paths(['fs', 'fs/promises'], 'files are read and written in lib/store only')),
      ...(fs ? [] : [{ name: 'jiti', message: 'files are read in lib/store only' }]),
      { name: 'age-encryption', message: LAZY_AGE },
      { name: '@kubernetes/client-node', message: LAZY_CLIENT, allowTypeImports: sockets },
      ...(child ? [] : paths(['child_process', 'process'], 'processes belong to lib/cli')),
      ...(sockets ? [] : paths(SOCKETS, 'sockets belong to lib/cluster')),
      ...(random
        ? []
        : paths(['crypto'], 'randomness comes from lib/cli/randomness.ts', {
            importNames: RANDOM,
          })),
      ...(room === 'constructs'
        ? []
        : ['cdk8s', 'cdk8s-plus-27', 'constructs'].map((name) => ({
            name,
            message: 'cdk8s is known to lib/constructs only',
          }))),
      ...(room === 'yaml' || room === 'delivery'
        ? []
        : [
            {
              name: 'yaml',
              importNames: ['parse', 'parseDocument', 'parseAllDocuments', 'Parser', 'Composer'],
              message: 'YAML is read with lib/yaml/read-yaml.ts, which survives hostile text',
            },
          ]),
      ...(room === 'x509'
        ? []
        : [{ name: 'node-forge', message: 'DER is read and written in lib/x509 only' }]),
    ],
    patterns: [
      ...closed.map((name) => ({
        group: [`../${name}/*`, `../${name}`, `../../${name}/*`],
        message: `lib/${room} may not import from lib/${name}: imports go down only`,
      })),
      ...(room === 'constructs'
        ? []
        : [{ group: ['**/imports/*'], message: 'imports/ is known to lib/constructs only' }]),
    ],
  };
}

const PURITY = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'the clock is read in lib/cli/clock.ts only; take `now` as a parameter',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'the clock is read in lib/cli/clock.ts only; take `now` as a parameter',
  },
  {
    selector: "CallExpression[callee.name='Date']",
    message: 'the clock is read in lib/cli/clock.ts only; take `now` as a parameter',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'randomness comes from lib/cli/randomness.ts',
  },
];

const AGE = [{ selector: "ImportExpression[source.value='age-encryption']", message: LAZY_AGE }];
const CLIENT = [
  { selector: 'ImportExpression[source.value=/^@kubernetes.client-node/]', message: LAZY_CLIENT },
];

const EVERYWHERE = [
  {
    selector: "Property[key.name='format'][value.value='jwk']",
    message: 'Node 20 can deadlock in a JWK export of a fresh EC key: export DER or PEM',
  },
  {
    selector: "MemberExpression[property.name='asymmetricKeyDetails']",
    message: 'Node 20 can deadlock in asymmetricKeyDetails of a fresh EC key',
  },
  {
    selector: 'MemberExpression[property.name=/^(localeCompare|toLocale.*)$/]',
    message: 'output must not depend on the locale; compare with < and >',
  },
];

const PROCESS_GLOBALS = [
  'process',
  'console',
  'setTimeout',
  'setInterval',
  'fetch',
  'performance',
].map((name) => ({ name, message: `${name} belongs to lib/cli` }));

const room = (name, allowed = {}, files = [`lib/${name}/**/*.ts`], ignores = []) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': ['error', restrictions(name, allowed)] },
});

export default tseslint.config(
  { ignores: ['build/', 'imports/', 'node_modules/', 'dist/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX, tsdoc },
    settings: {
      // Without these the plugin looks into .js files only.
      'import-x/extensions': ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'],
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'no-restricted-syntax': ['error', ...EVERYWHERE],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'tsdoc/syntax': 'error',
      'no-restricted-syntax': ['error', ...EVERYWHERE, ...PURITY, ...AGE, ...CLIENT],
      'no-restricted-globals': ['error', ...PROCESS_GLOBALS],
    },
  },
  ...[
    'model',
    'x509',
    'yaml',
    'signers',
    'sealing',
    'config',
    'rotation',
    'delivery',
    'constructs',
  ].map((n) => room(n)),
  ...['verify', 'report'].map((n) => room(n)),
  // The scripts beside it are part of the program, as files of their own so that their tests run those very bytes.
  room('delivery', { fs: true }, ['lib/delivery/scripts.ts']),
  // So are the style and the script of the page.
  room('report', { fs: true }, ['lib/report/status-page.ts']),
  room('store', { fs: true }),
  room('cluster', { sockets: true }),
  // The kubeconfig, whose files the environment names.
  room('cluster', { sockets: true, fs: true, child: true }, ['lib/cluster/kubeconfig-files.ts']),
  room('cli', { child: true }),
  {
    files: ['lib/cli/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['lib/cli/age.ts'],
    rules: { 'no-restricted-syntax': ['error', ...EVERYWHERE, ...PURITY, ...CLIENT] },
  },
  {
    files: ['lib/cluster/open-cluster.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...EVERYWHERE, ...PURITY, ...AGE],
    },
  },
  {
    files: ['lib/cli/clock.ts', 'lib/cli/randomness.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...EVERYWHERE],
      'no-restricted-imports': ['error', restrictions('cli', { child: true, random: true })],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: { Buffer: 'readonly', module: 'writable', process: 'readonly', require: 'readonly' },
    },
  },
  {
    files: ['lib/report/status-page/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: {
        document: 'readonly',
        getSelection: 'readonly',
        DOMParser: 'readonly',
        requestAnimationFrame: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
