import { countKey, isoTime } from '../../contracts/storage/table-keys';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import { absent, any, compare } from '../table/condition';
import type { Update } from '../table/table-store';

/** How many accounts one person can create in a day (UTC). */
export const ACCOUNTS_PER_PERSON_AND_DAY_MAX = 10;
/** How many accounts all people together can create in an hour. */
export const ACCOUNTS_PER_HOUR_MAX = 100;
/** How many invitations one account can make in a day (UTC): each is a mail to somebody who did not ask for it. */
export const INVITATIONS_PER_ACCOUNT_AND_DAY_MAX = 100;

/** Seconds, and how many characters of an ISO 8601 time name one. */
const PERIODS = { hour: [3_600, 13], day: [86_400, 10] } as const;

/** Things of which only so many can be made in a time. */
export interface Pace {
  /** Whose count it is: the partition that it is in. */
  readonly whose: string;
  readonly what: 'accounts' | 'invitations' | 'keys';
  readonly per: keyof typeof PERIODS;
  readonly most: number;
}

/** Counts one more, in the transaction that makes it. Fails where there are as many as there can be. */
export function countOne({ whose, what, per, most }: Pace, now: number): Update {
  const [, characters] = PERIODS[per];
  return {
    table: ACCOUNTS,
    update: countKey(whose, what, isoTime(now).slice(0, characters)),
    change: { add: { made: 1n }, set: { [EXPIRES_AT]: Math.floor(now / 1_000) + secondsLeft(per, now) } },
    when: any(absent('made'), compare('made', '<', most)),
  };
}

/** Until the next period begins. At least 1. */
export function secondsLeft(per: Pace['per'], now: number): number {
  const [seconds] = PERIODS[per];
  return seconds - (Math.floor(now / 1_000) % seconds);
}
