/** @type {import('jest').Config} */
export default {
  // All test files of a worker share its realm, which saves a quarter of the time of most (docs/adr/0030).
  testEnvironment: '<rootDir>/test/support/jest/one-realm-environment.js',
  runtime: '<rootDir>/test/support/jest/one-realm-runtime.js',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // All cores run tests, because the main process only waits for its workers. Jest reads more than 100% as a count of workers.
  maxWorkers: '100%',
  // This ends a test that hangs. No test may depend on the machine's speed, so it is far longer than any test takes.
  testTimeout: 240_000,
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
    ],
  },
  // These ship as ES modules only; swc turns them into what jest can load.
  transformIgnorePatterns: ['/node_modules/(?!(@middy|ulid|@copilotkit)/)'],
  // middy exports its files to `import` only, and jest resolves for `require`.
  moduleNameMapper: { '^@middy/(core|util)$': '<rootDir>/node_modules/@middy/$1/index.js' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testSequencer: '<rootDir>/test/support/longest-first-sequencer.js',
  reporters: ['default', '<rootDir>/test/support/closing-line-reporter.js'],
};
