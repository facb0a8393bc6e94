/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // A guard against what hangs, not a measure of speed: a busy machine must not fail a sound test.
  testTimeout: 60_000,
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
    ],
  },
  // These ship as ES modules only; swc turns them into what jest can load.
  transformIgnorePatterns: ['/node_modules/(?!(@middy|ulid|@copilotkit)/)'],
  testSequencer: '<rootDir>/test/support/simulation-first-sequencer.js',
  reporters: ['default', '<rootDir>/test/support/closing-line-reporter.js'],
};
