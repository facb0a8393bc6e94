import { watch } from 'node:fs';
import { runScript } from '../e2e/child-process';
import { until } from '../e2e/until';
import { Countdown } from './countdown';

/**
 * Starts a gateway and kills it after so many writes in its folder, or once it is ready.
 * @returns what went wrong if the start ended by itself
 */
export async function interruptStart(
  folder: string,
  environment: { readonly [name: string]: string },
  writes: number,
): Promise<string | undefined> {
  const child = runScript('local/start.ts', [], { PORT: '0', TOLLGATE_DATA: folder, ...environment });
  let isEnded = false;
  const ended = child.ended.finally(() => (isEnded = true));
  const countdown = new Countdown(writes, () => child.kill('SIGKILL'));
  const watcher = watch(folder, () => countdown.tick());
  try {
    await until('a start to be killed', () => isEnded || child.out().includes('Ctrl-C'));
  } finally {
    watcher.close();
    child.kill('SIGKILL');
  }
  const how = await ended;
  return how === 'SIGKILL' ? undefined : `a start ended with ${how}: ${child.err()}`;
}
