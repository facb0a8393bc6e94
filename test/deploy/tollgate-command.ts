import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ROOT } from './cache-folder';
import { STAGE } from './cdk';
import { emulatedAws } from './emulator';

/**
 * Runs the command line on the deployed stack, as an operator does.
 *
 * @param input standard input, because arguments never contain secrets
 * @param stage the deployment's stage @default the stage of the test
 * @returns the JSON that the command printed
 */
export async function tollgate(endpoint: string, args: readonly string[], input = '', stage = STAGE): Promise<unknown> {
  const command = ['--import', 'tsx', 'dev/cli/tollgate.ts', '--stack', `tollgate-${stage}`, ...args];
  const child = spawn(process.execPath, command, { cwd: ROOT, env: emulatedAws(endpoint) });
  child.stdin.end(input);
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`tollgate ${args.join(' ')} failed: ${complaints}`);
  return JSON.parse(printed) as unknown;
}
