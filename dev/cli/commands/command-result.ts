/** The output of a command, and its exit code. */
export interface CommandResult {
  readonly exitCode: 0 | 1;
  /** Standard output, which scripts parse. */
  readonly lines: readonly string[];
  /** Remarks for people, printed to standard error. */
  readonly notes?: readonly string[];
  /** Why the command failed, as one line on standard error. */
  readonly error?: string;
}

export const jsonLines = (values: readonly object[]): CommandResult => ({
  exitCode: 0,
  lines: values.map((value) => JSON.stringify(value)),
});

export const failure = (error: string): CommandResult => ({ exitCode: 1, lines: [], error });

export const accountNotFound = (accountId: string): CommandResult =>
  failure(`There is no account "${accountId.slice(0, 80)}".`);
