/** The intended course of a request, whether or not it went that way. */
export interface RequestIntent {
  readonly accountId: string;
  readonly deadline: number;
  readonly priceVersion: string;
  /** Whether the request's key has the plan's limits. */
  readonly isLimited: boolean;
  /** The places of the plan's shared budgets that it counts in. */
  readonly shares: readonly number[];
  /** The amounts that a hold for this request may begin with. */
  readonly holdsPico: Set<bigint>;
  /** The most that the request may cost; undefined if its hold never changes. */
  readonly ceilingPico: bigint | undefined;
  /** Whether its usage is an estimate, for which the account pays no more than is held. */
  readonly isEstimated: boolean;
  /** The amount that its process counts on while the request runs, in pico-dollars: no change may leave less in the hold. */
  countedPico: bigint;
  /** The amount that its process counted on when it ended the request; undefined before that. */
  endedAtPico: bigint | undefined;
  /** The changes of the hold that its callers attempted. */
  readonly resizes: WantedResize[];
  /** The costs that callers tried to end it with; 0 for a release. */
  readonly costsPico: Set<bigint>;
  /** How many callers were told that their call ended it. */
  ends: number;
}

/** The amounts that a change may leave in its hold, in pico-dollars. */
export interface WantedResize {
  readonly leastPico: bigint;
  readonly mostPico: bigint;
}

/** A key whose secret a member was shown. */
export interface ShownKey {
  readonly keyId: string;
  readonly key: string;
  readonly accountId: string;
  readonly validUntil: number | undefined;
}

/** The actors' intentions in a history, against which the stored items are checked. */
export class Intents {
  readonly requests = new Map<string, RequestIntent>();
  readonly keys: ShownKey[] = [];
  /** The true time of the commit that revoked a key, by key ID. */
  readonly revoked = new Map<string, number>();
  /** The true time of the commit that opened an account's wallet, by account ID. */
  readonly opened = new Map<string, number>();
  /** The true time of the last commit that resumed an account, by account ID. */
  readonly resumed = new Map<string, number>();
  /** Whether a local process has restarted, which ends all the holds of its previous life. */
  sweepsEverything = false;
}

const ID_CHARACTERS = 26;
const id = (prefix: string, index: number): string => `${prefix}_${String(index).padStart(ID_CHARACTERS, '0')}`;

/** Identifies the counters of the one key with limits. */
export const COUNTER_ID = '01JD0000000000000000000001';
export const budgetIdOf = (place: number): string => id('bud', place);
export const accountIdOf = (account: number): string => id('acc', account);
/** Each operation has one request ID. */
export const requestIdOf = (operation: number): string => id('req', operation);
export const paymentIdOf = (payment: number): string => `pi_${payment}`;
