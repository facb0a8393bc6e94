/** The configuration of `npm run mutate`: the code to mutate, and the tests that must detect each mutant. */
export default {
  // This code decides amounts of money, so a test must fail for every change of it.
  mutate: ['lambdas/domain/{money,wallet,keys}/**/*.ts', 'lambdas/domain/table/{commit,retry}.ts'],
  testRunner: 'jest',
  jest: { configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant that times out counts as detected, so the limit must be generous enough for a busy machine.
  timeoutMS: 15_000,
  thresholds: { high: 98, low: 95, break: 95 },
  reporters: ['clear-text', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: '.cache/mutation.html' },
  tempDirName: '.cache/mutation',
  ignorePatterns: ['/bench', '/web', '/cdk.out*', '/.cache', '/.tollgate*', '/test/deploy', '/test/e2e'],
  // A mutant in code that runs when a file loads would need a full run of all tests each.
  ignoreStatic: true,
};
