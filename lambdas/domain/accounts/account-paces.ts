import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import { TooManyAccounts } from './accounts-errors';
import type { Pace } from './pace';
import { ACCOUNTS_PER_HOUR_MAX, ACCOUNTS_PER_PERSON_AND_DAY_MAX } from './pace';

/**
 * Limits how fast accounts can be created. The person's own limit comes first, because that is the one that they can
 * wait for.
 */
export const accountPacesOf = (ownerId: string): readonly Pace[] => [
  {
    owner: ownerId,
    what: 'accounts',
    per: 'day',
    limit: ACCOUNTS_PER_PERSON_AND_DAY_MAX,
    refusal: (retryAfterSeconds) => new TooManyAccounts('person', retryAfterSeconds),
  },
  {
    owner: DEPLOYMENT_CHAIN,
    what: 'accounts',
    per: 'hour',
    limit: ACCOUNTS_PER_HOUR_MAX,
    refusal: (retryAfterSeconds) => new TooManyAccounts('deployment', retryAfterSeconds),
  },
];
