import { countKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import type { TooMany } from '../errors/refusal';
import type { GuardedWrite } from '../table/commit';
import { absent, any, compare } from '../table/condition';

/** The number of accounts that one person can create in a day (UTC). */
export const ACCOUNTS_PER_PERSON_AND_DAY_MAX = 10;
/** The number of accounts that all people together can create in an hour. */
export const ACCOUNTS_PER_HOUR_MAX = 100;
/** The number of invitations that one account can create in a day (UTC). Each is an unsolicited email. */
export const INVITATIONS_PER_ACCOUNT_AND_DAY_MAX = 100;
/** The number of test events and repeated deliveries that one account can ask for in an hour. Each is a request to a host that it names. */
export const DELIVERIES_PER_ACCOUNT_AND_HOUR_MAX = 100;

/** The length of a period in seconds, and the number of characters of an ISO 8601 time that identify it. */
const PERIODS = { hour: [3_600, 13], day: [86_400, 10] } as const;

/** A limit on how many of something can be created in a period. */
export interface Pace {
  /** The partition that holds the count: an account, a person, or the deployment. */
  readonly owner: string;
  readonly what: 'accounts' | 'invitations' | 'keys' | 'deliveries' | 'threads' | 'support-messages' | 'child-reports';
  readonly per: keyof typeof PERIODS;
  readonly limit: number;
  /** The error when the limit is reached. */
  readonly refusal: (retryAfterSeconds: number) => TooMany;
}

/** Counts one more, in the transaction that creates it. */
export function countOne({ owner, what, per, limit, refusal }: Pace, now: number): GuardedWrite {
  const [seconds, characters] = PERIODS[per];
  const nowSeconds = Math.floor(now / 1_000);
  /** The seconds until the next period begins; at least 1. */
  const secondsLeft = seconds - (nowSeconds % seconds);
  return {
    write: {
      table: ACCOUNTS,
      update: countKey(owner, what, isoTime(now).slice(0, characters)),
      change: { add: { made: 1n }, set: { [EXPIRES_AT]: nowSeconds + secondsLeft } },
      when: any(absent('made'), compare('made', '<', limit)),
    },
    otherwise: () => refusal(secondsLeft),
  };
}
