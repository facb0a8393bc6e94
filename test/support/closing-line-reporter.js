import { writeSync } from 'node:fs';

const STDOUT = 1;

/** Prints the run's result as its closing line, `N passed, N failed`, which CI reads. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // Jest adds a summary after every reporter, so only the exit is late enough to have the last word.
    process.once('exit', () => {
      // On a line of its own: a closing line has exactly two counts.
      if (skipped > 0) writeSync(STDOUT, `${skipped} skipped\n`);
      writeSync(STDOUT, `${results.numPassedTests} passed, ${failed} failed\n`);
    });
  }
}
