/** The law allows a month for an erasure. An item that expires by itself has to be gone by then too. */
export const ERASURE_DAYS_MAX = 30;

/**
 * The effect of erasure on the items of an account or a person.
 * - `deleted`: it deletes them.
 * - `reduced`: it removes fields from them.
 * - `kept`: they stay as they are.
 * - `expires`: they are gone by themselves within `days`, so it need not find them.
 * - `ends`: the erasure needs them while it runs, and its last step deletes them.
 */
export type ErasureRule =
  | { readonly does: 'deleted' }
  | { readonly does: 'reduced'; readonly fields: readonly string[]; readonly reason: string }
  | { readonly does: 'kept'; readonly reason: string }
  | { readonly does: 'expires'; readonly days: number; readonly reason: string }
  | { readonly does: 'ends' };

/** The effects of the erasure of an account and of that of a person. A single rule is for both. */
export type Erasure = ErasureRule | { readonly account: ErasureRule; readonly person: ErasureRule };

/** The kinds of subjects that can be erased. */
export type SubjectKind = 'account' | 'person';

export const DELETED: ErasureRule = { does: 'deleted' };
export const ENDS_WITH_ERASURE: ErasureRule = { does: 'ends' };
/** @param reason why the rest stays: a sentence */
export const reduced = (reason: string, ...fields: readonly string[]): ErasureRule => ({
  does: 'reduced',
  fields,
  reason,
});
/** @param reason why they stay: a sentence */
export const kept = (reason: string): ErasureRule => ({ does: 'kept', reason });
/** @param reason why erasure need not find them: a sentence */
export const expires = (days: number, reason: string): ErasureRule => ({ does: 'expires', days, reason });

export const ruleFor = (erasure: Erasure, subject: SubjectKind): ErasureRule =>
  'does' in erasure ? erasure : erasure[subject];

/** The ledger: see docs/data-map.md. */
export const KEPT_BY_LAW = kept('The law requires accounts to be kept. It names the account by its pseudonym only.');
export const OF_NO_ACCOUNT = kept('It belongs to no account and no person.');
/** An item of an account that names the person who made it. */
export const OF_THE_ACCOUNT = kept(
  'It is the account’s. It names the person by a pseudonym, which leads nowhere once the person’s own items and their user are gone.',
);
