import { writeSync } from 'node:fs';

const STDOUT = 1;
const SLOWEST = 10;

/** The remark that describeUnless adds to the names of tests that this machine cannot run. */
const NOT_RUN = /\(not run: (.+)\)/;

/** Prints the slowest tests, what did not run and why, and as its last line `N passed, N failed`, which CI parses. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const lines = [...slowest(results), ...notRun(results), closingLine(results)];
    // Jest prints its summary after all reporters, so only an exit handler can print the last line.
    process.once('exit', () => writeSync(STDOUT, `${lines.join('\n')}\n`));
  }
}

function slowest({ testResults }) {
  const tests = testResults.flatMap((file) => file.testResults.map((test) => ({ ...test, file: nameOf(file) })));
  const sorted = tests.filter(({ duration }) => duration > 0).toSorted((one, other) => other.duration - one.duration);
  const lines = sorted.slice(0, SLOWEST).map(({ duration, file, fullName }) => {
    return `${(duration / 1_000).toFixed(1).padStart(6)} s  ${file}: ${fullName}`;
  });
  return lines.length === 0 ? [] : ['The slowest tests:', ...lines];
}

/** Counts the skipped tests by what the machine lacks. A test that is skipped for any other reason is named. */
function notRun({ testResults }) {
  const counts = new Map();
  for (const file of testResults) {
    for (const { status, fullName } of file.testResults) {
      if (status !== 'pending' && status !== 'todo') continue;
      const what = `${nameOf(file)}: ${NOT_RUN.exec(fullName)?.[1] ?? `marked as ${status}: ${fullName}`}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  }
  return [...counts].map(([what, count]) => `Not run: ${count} of ${what}`);
}

/** A test file that failed to load counts as one failure. */
const closingLine = ({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) =>
  `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`;

const nameOf = ({ testFilePath }) => testFilePath.slice(process.cwd().length + 1);
