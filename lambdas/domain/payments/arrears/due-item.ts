import { z } from 'zod';
import { openValue } from '../../../contracts/storage/open-values';
import { dueKey, openDueKey } from '../../../contracts/storage/table-keys/funds';
import { WALLET } from '../../../contracts/storage/tables';
import { compare } from '../../table/condition';
import type { GuardedWrite } from '../../table/commit';
import type { Item } from '../../table/value';

/**
 * The stages of a due, in this order; some can be left out. `suspended` means that the account was suspended
 * for it, and `paid` is the end.
 */
export const DUE_STAGES = ['issued', 'reminded_before', 'reminded_on', 'reminded_after', 'suspended', 'paid'] as const;
export type DueStage = (typeof DUE_STAGES)[number];

export const dueSchema = z.object({
  accountId: z.string(),
  /** Such as `2026-11`, UTC. */
  month: z.string(),
  /** The used part of the credit line at the month's end. It includes what was owed for earlier months. */
  owedPico: z.bigint().positive(),
  dueAt: z.iso.datetime(),
  /** It is paid once the account's payments, without those that were paid back, come to this. */
  coveredAtPico: z.bigint(),
  stage: openValue(DUE_STAGES),
});

/** The used part of a credit line at a month's end, which is to be paid. */
export type Due = Readonly<z.infer<typeof dueSchema>>;

export const decodeDue = (item: Item): Due => dueSchema.parse(item);

/** The write that moves a due to its next stage, unless another run was faster. One that is paid leaves the list. */
export function moveDue({ accountId, month, stage: known }: Due, stage: DueStage): readonly GuardedWrite<'moved'>[] {
  const move = {
    write: {
      table: WALLET,
      update: dueKey(accountId, month),
      change: { set: { stage } },
      when: compare('stage', '=', known),
    },
    otherwise: () => 'moved' as const,
  };
  return stage === 'paid' ? [move, { write: { table: WALLET, delete: openDueKey(accountId, month) } }] : [move];
}
