/** A mismatch between stored amounts and their replay. Amounts are pico-dollars. */
export interface Difference {
  readonly kind:
    | 'balance_missing'
    | 'negative_amount'
    // The balance against the replay of the entries and the live holds.
    | 'available_and_held'
    | 'held'
    | 'spent'
    | 'funded'
    | 'refunded'
    | 'granted'
    | 'expired'
    | 'line'
    | 'disputed'
    | 'debt'
    // An entry on its own, or against the account's other items.
    | 'unbalanced_entry'
    | 'charge_above_hold'
    | 'adjustment_without_expiry'
    | 'hold_after_end'
    | 'hold_without_account'
    // The counters of keys against the replay of the entries and the live holds.
    | 'key_budget'
    | 'budget'
    // These count requests, not money.
    | 'key_running'
    // The usage records against the entries.
    | 'usage_cost'
    | 'usage_without_entry'
    | 'entry_without_usage';
  readonly accountId: string;
  /** The ID of the entry, request or counter that differs, if it is about one. */
  readonly id?: string;
  readonly expectedPico: bigint;
  readonly actualPico: bigint;
}

/** Reports a difference in the account being verified. */
export type Report = (difference: Omit<Difference, 'accountId'>) => void;
