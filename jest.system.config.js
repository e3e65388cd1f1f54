const base = require('./jest.config.js');

/** Tests on real processes of the compiled program; slower than `npm test`, and in need of strace. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/system'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/system/build.ts',
  // They start processes of their own, and measure some.
  maxWorkers: 1,
  testTimeout: 180_000,
};
