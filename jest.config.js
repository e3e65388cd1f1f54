/** ES modules, which jest can only load as CommonJS. */
const ES_MODULES = '(age-encryption|@noble|@scure)/';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Whole commands run in one test; five seconds are soon over where other processes keep the cores busy.
  testTimeout: 60_000,
  // By default jest leaves a core to itself, which is half of two.
  maxWorkers: '100%',
  roots: ['<rootDir>/test'],
  testPathIgnorePatterns: ['<rootDir>/test/e2e/', '<rootDir>/test/system/'],
  moduleNameMapper: {
    '^releaf/package.json$': '<rootDir>/package.json',
    // Node asks dynamic imports for the extension of the compiled file.
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1'],
  },
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
    [ES_MODULES]: ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(.+/node_modules/)?${ES_MODULES})`],
};
