/** What somebody wanted of a request, whether or not it came to that. */
export interface RequestIntent {
  readonly accountId: string;
  readonly deadline: number;
  readonly priceVersion: string;
  /** Whether its key has the plan's limits. */
  readonly isLimited: boolean;
  /** What a hold under its id may hold. */
  readonly holdsPico: Set<bigint>;
  /** What its usage cost, by each who wanted to end it; 0 for a release. */
  readonly costsPico: Set<bigint>;
  /** How many were told that theirs was the call that ended it. */
  ends: number;
}

/** A key that somebody was shown. */
export interface ShownKey {
  readonly keyId: string;
  readonly key: string;
  readonly accountId: string;
  readonly validUntil: number | undefined;
}

/** What the actors of a history set out to do: the yardstick for what is stored. */
export class Intents {
  readonly requests = new Map<string, RequestIntent>();
  readonly keys: ShownKey[] = [];
  /** True time of the commits after which a key is revoked, by key id. */
  readonly revoked = new Map<string, number>();
  /** True time of the commit that opened an account's wallet. */
  readonly opened = new Map<string, number>();
  /** Whether a local process has restarted, which ends all holds of its life before. */
  sweepsEverything = false;
}

const ID_CHARACTERS = 26;
const id = (prefix: string, place: number): string => `${prefix}_${String(place).padStart(ID_CHARACTERS, '0')}`;

/** Whose counters are those of the one key with limits. */
export const COUNTER_ID = '01JD0000000000000000000001';
export const accountIdOf = (account: number): string => id('acc', account);
/** One per operation. */
export const requestIdOf = (operation: number): string => id('req', operation);
export const paymentIdOf = (payment: number): string => `pi_${payment}`;
