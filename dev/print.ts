/** What people and scripts read. The gateway's log goes to standard error, so that this stays readable. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What went wrong, and the gateway's log. */
export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}
