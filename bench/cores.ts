import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** What to put before a command so that it runs where it belongs. */
export interface Cores {
  readonly isPinned: boolean;
  /** One core, of whichever subject is measured; the others are idle then. */
  readonly subject: readonly string[];
  /** The upstream and the load generator. */
  readonly others: readonly string[];
}

export function divideCores(): Cores {
  const last = availableParallelism() - 1;
  const subject = ['taskset', '-c', '0'];
  const others = ['taskset', '-c', last > 1 ? `1-${last}` : '1'];
  const isPinned = last >= 1 && [subject, others].every(works);
  return isPinned ? { isPinned, subject, others } : { isPinned, subject: [], others: [] };
}

function works([command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, [...args, 'true']).status === 0;
}
