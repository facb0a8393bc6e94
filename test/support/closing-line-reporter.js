import { writeSync } from 'node:fs';

const STDOUT = 1;

/** Prints the result as the last line of the run, `N passed, N failed`, which CI parses. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // Jest prints its summary after all reporters, so only an exit handler can print the last line.
    process.once('exit', () => {
      // Skipped tests get their own line, because the last line must have exactly two counts.
      if (skipped > 0) writeSync(STDOUT, `${skipped} skipped\n`);
      writeSync(STDOUT, `${results.numPassedTests} passed, ${failed} failed\n`);
    });
  }
}
