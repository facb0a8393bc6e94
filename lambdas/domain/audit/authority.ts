import { NotAllowed } from '../access/access-errors';
import type { Actor } from '../access/actor';
import { authorityCheck } from '../access/actor';
import { all } from '../table/condition';
import { keyOf } from '../table/key-of';
import type { Check, Write } from '../table/table-store';
import type { ActionWrite } from './action';

/**
 * Makes an action depend on the actor's right to it. A transaction may name an item once, so where the action writes
 * the actor's own item the check goes into the condition of that write.
 */
export function withAuthority(writes: readonly ActionWrite[], chain: string, actor: Actor): readonly ActionWrite[] {
  const check = authorityCheck(chain, actor);
  if (!check) return writes;
  if (!writes.some(({ write }) => isOnSameItem(write, check))) {
    return [...writes, { write: check, otherwise: () => new NotAllowed() }];
  }
  return writes.map((guarded) => (isOnSameItem(guarded.write, check) ? withCondition(guarded, check) : guarded));
}

function withCondition({ write, ...rest }: ActionWrite, { when }: Check): ActionWrite {
  return { ...rest, write: { ...write, when: write.when ? all(write.when, when) : when } };
}

function isOnSameItem(write: Write | Check, check: Check): boolean {
  const { pk, sk } = keyOf(write);
  return write.table === check.table && pk === check.check.pk && sk === check.check.sk;
}
