import { creditKey } from '../../lambdas/contracts/storage/table-keys/wallet';
import { invariantsOfAccount } from './account-invariants';
import { fingerprint, text } from './fields';
import { holdIsRight } from './hold-invariants';
import type { Intents } from './intents';
import { keyPromises } from './key-promises';
import { leaseIsRight } from './lease-invariants';
import type { Payment } from './planned';
import type { ItemChange, ItemKind, Stored } from './stored';
import { accountOf } from './stored';
import { recordIsRight } from './usage-invariants';
import { expectKept } from './violation';

// The twelve invariants of DESIGN.md, section 5, checked on the stored items. Some wait for their feature:
//  1 expects nothing refunded until there are refunds;
//  2 expects no debt until there are payment disputes, so no amount may fall below zero;
// 11 compares entries with usage records here, and at the end of a history with roll-ups;
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
    if (change.kind === 'payment') paymentIsListed(change, stored);
    if (change.kind === 'hold') holdIsRight(change, changes, stored, intents);
    if (change.kind === 'lease') leaseIsRight(change, changes, stored, intents);
    if (change.kind === 'usage') recordIsRight(change, stored, intents);
    if (change.kind === 'key' || change.kind === 'key listing') keyPromises(change, stored);
  }
  // A commit that moves money writes the balance too. If it does not, the account's next commit fails this check.
  const touched = changes.filter(({ kind }) => MONEY.has(kind)).map(({ key }) => accountOf(key.pk));
  for (const accountId of new Set(touched)) invariantsOfAccount(accountId, stored, intents, payments);
}

/** The reconciliation finds the payments of a period by this list. */
function paymentIsListed({ key, after: payment }: ItemChange, stored: Stored): void {
  const { sk } = creditKey(key.pk.slice(key.pk.indexOf('#') + 1), payment ? text(payment, 'at') : '');
  const listed = stored.paymentListings.get(sk)?.['amountPico'];
  expectKept('invariant 1', listed === payment?.['amountPico'], `the item ${key.pk} is not in the list of payments`);
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
