import { z } from 'zod';
import { balanceKey } from '../../contracts/table-keys';
import { WALLET } from '../../contracts/tables';
import type { Condition } from '../table/condition';
import type { Update } from '../table/table-store';
import type { Item } from '../table/value';

const amount = z.bigint();

/** All amounts are pico-dollars and never negative; funded = available + held + spent + refunded. */
const balanceSchema = z.object({
  availablePico: amount,
  heldPico: amount,
  spentPico: amount,
  fundedPico: amount,
  refundedPico: amount,
  /** Counts the changes, so that a reader of several items can tell whether they belong together. */
  revision: z.bigint(),
});

export type Balance = Readonly<z.infer<typeof balanceSchema>>;
type AmountName = Exclude<keyof Balance, 'revision'>;

export const EMPTY_BALANCE: Balance = {
  availablePico: 0n,
  heldPico: 0n,
  spentPico: 0n,
  fundedPico: 0n,
  refundedPico: 0n,
  revision: 0n,
};

export const decodeBalance = (item: Item): Balance => balanceSchema.parse(item);

/** A change of one account's balance. An absent amount does not change. */
export function changeBalance(
  accountId: string,
  add: { readonly [name in AmountName]?: bigint },
  when: Condition,
): Update {
  return { table: WALLET, update: balanceKey(accountId), change: { add: { ...add, revision: 1n } }, when };
}
