import { DAY_MS } from '../../lambdas/domain/clock';
import { invariantsOfAccount } from './account-invariants';
import { fingerprint, pico, text } from './fields';
import type { Intents } from './intents';
import { keyPromises } from './key-promises';
import { leaseIsRight } from './lease-invariants';
import type { Payment } from './plan';
import type { ItemChange, ItemKind, Stored } from './stored';
import { accountOf } from './stored';
import { recordIsRight } from './usage-invariants';
import { expectKept } from './violation';

// The twelve invariants of DESIGN.md, section 5, checked on the stored items. Some wait for their feature:
//  1 expects nothing refunded until there are refunds;
//  2 expects no debt until there are payment disputes, so no amount may fall below zero;
// 11 compares entries with usage records until there are roll-ups;
// 12 waits for erasure.

/** Checks the changes of one commit, and the accounts that it touched. */
export function checkCommit(
  changes: readonly ItemChange[],
  stored: Stored,
  intents: Intents,
  payments: readonly Payment[],
): void {
  for (const change of changes) {
    if (change.kind === 'entry' || change.kind === 'payment') entryStays(change);
    if (change.kind === 'hold') holdBeginsAndEnds(change, changes, stored, intents);
    if (change.kind === 'lease') leaseIsRight(change, changes, stored, intents);
    if (change.kind === 'usage') recordIsRight(change, stored, intents);
    if (change.kind === 'key' || change.kind === 'key listing') keyPromises(change, stored);
  }
  // A commit that moves money writes the balance too. If it does not, the account's next commit fails this check.
  const touched = changes.filter(({ kind }) => MONEY.has(kind)).map(({ key }) => accountOf(key.pk));
  for (const accountId of new Set(touched)) invariantsOfAccount(accountId, stored, intents, payments);
}

const MONEY: ReadonlySet<ItemKind> = new Set(['balance', 'drawer', 'entry', 'usage']);

/** An entry or a payment is immutable. A repeat of an acknowledged commit reads the same item again. */
function entryStays({ key, before, after }: ItemChange): void {
  expectKept('invariant 1', after !== undefined, `the item ${key.pk} ${key.sk} is gone`);
  expectKept(
    'invariant 1',
    !before || fingerprint(before) === fingerprint(after),
    `the item ${key.pk} ${key.sk} changed`,
  );
}

function holdBeginsAndEnds(
  { before, after }: ItemChange,
  changes: readonly ItemChange[],
  stored: Stored,
  intents: Intents,
): void {
  const hold = after ?? before;
  // This is a repeat of an earlier commit: the hold was gone before it and still is.
  if (!hold) return;
  const [accountId, requestId] = [text(hold, 'accountId'), text(hold, 'requestId')];
  if (after) {
    const intent = intents.requests.get(requestId);
    const isWanted = intent?.accountId === accountId && intent.holdsPico.has(pico(after, 'heldPico'));
    expectKept('invariant 8', isWanted, `nobody wanted the hold of ${requestId}`);
    // A request that ended on a lease can still get a hold from another attempt; that hold is given back.
    const { end } = stored.endOf(accountId, requestId);
    const isOver = end !== undefined && stored.turns.ofRequest(requestId).length === 0;
    expectKept('invariant 3', !isOver, `${requestId} is held again after its end`);
  } else if (!endedOnLease(accountId, requestId, changes, stored)) {
    const ends = changes.filter(({ kind, key, before: earlier }) => isEntryOf(kind, key.sk, requestId) && !earlier);
    expectKept('invariant 3', ends.length === 1, `the hold of ${requestId} went without an end`);
    const held = pico(ends[0]?.after, 'heldPico');
    expectKept('invariant 3', held === pico(hold, 'heldPico'), `the end of ${requestId} names another hold`);
    const isRecorded = changes.some((change) => change.kind === 'usage' && change.key.sk === requestId && change.after);
    // The usage record of a long past request has expired when it is written.
    const hasEndedByTime = Date.parse(text(ends[0]?.after, 'at')) - Date.parse(text(hold, 'at')) > DAY_MS / 2;
    expectKept('usage records', isRecorded || hasEndedByTime, `${requestId} ended without a usage record`);
  }
}

/** Whether the request ended on a lease instead, so that its hold goes back whole and nothing is recorded. */
function endedOnLease(accountId: string, requestId: string, changes: readonly ItemChange[], stored: Stored): boolean {
  if (changes.some(({ kind }) => kind === 'entry' || kind === 'usage')) return false;
  const { end } = stored.endOf(accountId, requestId);
  const turns = stored.turns.ofRequest(requestId);
  return turns.length > 0 && (end?.['kind'] === 'expire' || turns.some(({ record }) => record !== undefined));
}

const isEntryOf = (kind: string, sk: string, requestId: string): boolean =>
  kind === 'entry' && sk === `entry#${requestId}`;
