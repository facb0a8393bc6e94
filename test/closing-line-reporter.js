/** Prints the run's result as its closing line, `N passed, N failed`, which CI reads. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // On a line of its own: CI reads a closing line of exactly two counts.
    if (skipped > 0) process.stdout.write(`${skipped} skipped\n`);
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
  }
}
