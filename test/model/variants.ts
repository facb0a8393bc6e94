/** One way to check the model: as it is, with a part of the wallet taken out, or with a question to it. */
export interface Variant {
  /** The name that docs/model/hold.pml knows it by. Absent for the model of the wallet as it is. */
  readonly define?: string;
  /** The statement that the run shows. */
  readonly what: string;
}

/** Every assertion holds in these, in every state. */
export const SOUND: readonly Variant[] = [
  { what: 'no interleaving of two requests, their retries, crashes and the sweeper breaks an invariant' },
];

/** Either part of the condition suffices, so these take as long as the whole model. They run only with `--redundant`. */
export const REDUNDANT: readonly Required<Variant>[] = [
  { define: 'END_WITHOUT_SLICE', what: 'an end that compares only the amount is sound, too' },
  { define: 'END_WITHOUT_AMOUNT', what: 'an end that compares only the slice is sound, too' },
];

/** Each takes a safeguard out of the model, which has to break an invariant. */
export const SABOTAGES: readonly Required<Variant>[] = [
  { define: 'SETTLE_CHECKS_ONLY_EXISTENCE', what: 'a settle that compares neither slice nor amount is caught' },
  { define: 'SWEEP_CHECKS_ONLY_EXISTENCE', what: 'a sweep that compares neither slice nor amount is caught' },
  { define: 'RESIZE_WITHOUT_SLICE', what: 'an extension or a shrink that does not compare the slice is caught' },
  { define: 'EXTENSION_UPSERTS', what: 'an extension that creates a hold is caught' },
  { define: 'EXTENSION_IGNORES_AVAILABLE', what: 'an extension that ignores the balance is caught' },
  { define: 'EXTENSION_IGNORES_BUDGET', what: 'an extension that ignores the budget is caught' },
  {
    define: 'RESIZE_BY_DIFFERENCE',
    what: 'an attempt that adds a difference to what arrived late, instead of leaving an absolute amount, is caught',
  },
  { define: 'ADOPTION_OF_ANY_AMOUNT', what: 'a call that adopts what arrived late, however little it is, is caught' },
  {
    define: 'ADOPTION_WITHOUT_CHANGE',
    what: 'a call that adopts what arrived late without a change of its own, which other attempts may overtake, is caught',
  },
  {
    define: 'SHRINK_OF_UNKNOWN_OUTCOME_FORGOTTEN',
    what: 'a caller that counts on what a shrink of unknown outcome would return is caught',
  },
  { define: 'SETTLE_WITHOUT_CEILING', what: 'a settle without the ceiling is caught' },
  { define: 'HOLD_ABOVE_CEILING', what: 'a settle that charges a hold above the ceiling is caught' },
  { define: 'ESTIMATE_ABOVE_HOLD', what: 'an estimate that is charged above the hold is caught' },
  { define: 'SETTLE_IGNORES_BUDGET', what: 'a settle that ignores the budget above the hold is caught' },
  { define: 'SETTLE_IGNORES_AVAILABLE', what: 'a settle that ignores the balance above the hold is caught' },
  { define: 'LATE_SETTLE_IGNORES_BALANCE', what: 'a late settle that ignores the balance is caught' },
  { define: 'LATE_SETTLE_IGNORES_BUDGET', what: 'a late settle that ignores the budget is caught' },
  { define: 'LATE_SETTLE_REPEATS', what: 'a late settle that is booked again when it is repeated is caught' },
  { define: 'LATE_SETTLE_OF_KNOWN_AMOUNT', what: 'a late settle that trusts the amount it knows is caught' },
  { define: 'RESERVE_WITHOUT_AGE_LIMIT', what: 'a reserve that is repeated after its token has expired is caught' },
];

/** Each asserts that something never happens. The model has to show how it does, so that its success means something. */
export const LANDMARKS: readonly Required<Variant>[] = [
  {
    define: 'SEEK_TWO_CHARGES',
    what: 'the model reaches the end of two requests that are charged above their first hold',
  },
  { define: 'SEEK_PARTIAL_EXCESS', what: 'the model reaches a charge above the hold that takes only what is left' },
  { define: 'SEEK_CHANGED_EXPIRY', what: 'the model reaches the expiry of a hold that was resized twice' },
  {
    define: 'SEEK_LATE_EXTENSION',
    what: 'the model reaches an extension that counts an earlier one of another amount, which arrived late',
  },
  { define: 'SEEK_LATE_SHRINK', what: 'the model reaches an extension that makes up for a shrink that arrived late' },
  { define: 'SEEK_LATE_CHARGE', what: 'the model reaches a charge after the expiry that takes only what is left' },
];
