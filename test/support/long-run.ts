/** One thing that a long run must show: what it is, and how a report of the run breaks it. */
export interface Expectation<Report> {
  readonly what: string;
  /** @returns what breaks it, nothing if it holds */
  readonly violations: (report: Report) => readonly unknown[];
}

export const print = (line: string): void => void process.stdout.write(`${line}\n`);

const seen = { passed: 0, failed: 0 };

/** Prints which expectations a report meets, and counts them for the closing line. */
export function judge<Report>(report: Report, expectations: readonly Expectation<Report>[]): void {
  for (const { what, violations } of expectations) {
    const found = violations(report);
    seen[found.length === 0 ? 'passed' : 'failed'] += 1;
    print(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${what}`);
    for (const violation of found)
      print(`       ${typeof violation === 'string' ? violation : JSON.stringify(violation)}`);
  }
}

/** Prints the closing line, which .ci/run adds up, and fails the process if an expectation was not met. */
export function conclude(): void {
  print(`${seen.passed} passed, ${seen.failed} failed`);
  process.exitCode = seen.failed === 0 ? 0 : 1;
}

/** Reads a command line's number. @throws RangeError naming the option */
export function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isFinite(number) || number < 0) throw new RangeError(`--${option} must be a number`);
  return number;
}
