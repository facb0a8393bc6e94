/** `npm run --silent tollgate -- <command>`: looks at the data folder of a local run, and adds to it. */
import { execute } from './commands/execute';
import { parseCommand, USAGE, UsageError } from './commands/command';
import { DataFolder } from './folder/data-folder';
import { print, printError } from './print';
import { readSettings } from './settings';

async function main(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  if (command === undefined) {
    print(USAGE);
    return 0;
  }
  const result = await execute(new DataFolder(readSettings().dataFolder), command);
  for (const line of result.lines) print(line);
  if (result.error !== undefined) printError(result.error);
  return result.exitCode;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    printError(error instanceof Error ? error.message : 'The command failed.');
    if (error instanceof UsageError) printError('Run it with --help to see the commands.');
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
