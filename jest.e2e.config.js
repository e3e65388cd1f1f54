const base = require('./jest.config.js');

/** Tests on a real Kubernetes; test/e2e/run starts them. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/e2e/start.ts',
  globalTeardown: '<rootDir>/test/e2e/stop.ts',
  maxWorkers: 1,
  testTimeout: 120_000,
};
