/** `npm run --silent tollgate -- <command>`: inspects and changes a local run or, with `--stack`, a deployment. */
import { verifyExportedAudit } from './commands/audit';
import { type CommandLine, parseCommandLine, type StoreCommand } from './commands/command-line';
import { runOnFolder } from './commands/run-on-folder';
import type { CommandResult } from './commands/command-result';
import { verifyFile } from './commands/receipts';
import { verifyCertificate } from './commands/run-erasures-command';
import { USAGE, UsageError } from './commands/usage';
import { DataFolder } from '../local/folder/data-folder';
import { print, printError } from '../print';
import { readSettings } from '../local/settings';

async function main(args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args);
  if (line === undefined) {
    print(USAGE);
    return 0;
  }
  const result = await run(line);
  for (const text of result.lines) print(text);
  for (const note of result.notes ?? []) printError(note);
  if (result.error !== undefined) printError(result.error);
  return result.exitCode;
}

async function run(line: CommandLine): Promise<CommandResult> {
  switch (line.target) {
    case 'receipts-file':
      return verifyFile(line.command, () => runOnStore(line.keysFrom));
    case 'certificate-file':
      return verifyCertificate(line.command, () => runOnStore(line.keysFrom));
    case 'audit-file':
      return verifyExportedAudit(line.command.file);
    default:
      return runOnStore(line);
  }
}

async function runOnStore({ target, command }: StoreCommand): Promise<CommandResult> {
  if (target === 'folder') {
    const { dataFolder, stripe, erasure } = readSettings();
    return runOnFolder(new DataFolder(dataFolder), command, { stripe, erasure });
  }
  // Imported lazily, because loading the AWS SDK would slow down every local command.
  const [{ runOnStack }, { StandardInput }] = await Promise.all([
    import('./deployment/run-on-stack'),
    import('./deployment/key-input'),
  ]);
  return runOnStack(target, command, new StandardInput(process.stdin, process.stderr));
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    printError(error instanceof Error ? error.message : 'The command failed.');
    if (error instanceof UsageError) printError('Use --help to list the commands.');
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
