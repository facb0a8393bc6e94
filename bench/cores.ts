import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Command prefixes that pin a process to its cores. They are empty when pinning is not possible. */
export interface Cores {
  readonly isPinned: boolean;
  /** One core for the subject that is being measured, while the other subjects are idle. */
  readonly subject: readonly string[];
  /** The remaining cores, for the upstream and the load generator. */
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
