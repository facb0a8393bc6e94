/** What `npm run mutate` changes, and with which tests it looks whether anybody notices. */
export default {
  // What must be right to the pico-dollar: a change of any of it must fail a test.
  mutate: ['lambdas/domain/{money,wallet,keys}/**/*.ts', 'lambdas/domain/table/retry.ts'],
  testRunner: 'jest',
  jest: { configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A busy machine must not pass for a test that noticed.
  timeoutMS: 15_000,
  thresholds: { high: 98, low: 95, break: 95 },
  reporters: ['clear-text', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: '.cache/mutation.html' },
  tempDirName: '.cache/mutation',
  ignorePatterns: ['/bench', '/web', '/cdk.out*', '/.cache', '/.tollgate*', '/test/deploy', '/test/e2e'],
  // What is made once when a file loads takes all tests for each change of it.
  ignoreStatic: true,
};
