/** Prints output for people and scripts. The gateway logs to standard error, so this stays readable. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints errors, and the gateway's log. */
export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}
