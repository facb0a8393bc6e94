import { z } from 'zod';
import { at, BOOKKEEPING, IN_ACCOUNT, keyed, storedItem, usage } from '../../../contracts/storage/stored-item';
import { alertsKey } from '../../../contracts/storage/table-keys/accounts';
import { keySpendPartition } from '../../../contracts/storage/table-keys/usage';
import { ACCOUNTS, USAGE } from '../../../contracts/storage/tables';
import { sumsSchema } from './account-hours';
import { rulesSchema } from './alert-rules';

const HOUR = /^\d{4}-\d\d-\d\dT\d\d$/;
const shown = usage('exported', 'erasable');
const corrected = usage('exported', 'erasable', 'correctable');

/** The items about the spend of keys and accounts, and the alerts about it. */
export const SPEND_ITEMS = [
  storedItem({
    kind: 'alert-rules',
    about: 'the rules of an account for alerts, and the last hour in which each was broken',
    table: ACCOUNTS,
    ends: 'with the account',
    schema: rulesSchema,
    fields: {
      errorRate: corrected,
      spendAnomaly: corrected,
      errorRateHour: shown,
      spendAnomalyHour: shown,
      version: BOOKKEEPING,
    },
    is: keyed(IN_ACCOUNT, 'alerts'),
    ofAccount: (accountId) => [at(alertsKey(accountId))],
  }),
  storedItem({
    kind: 'account-spend',
    about: 'what an account spent in an hour, its requests and how many of them failed',
    table: USAGE,
    ends: 'after 8 days',
    schema: sumsSchema,
    fields: { costPico: shown, requests: shown, failed: shown },
    is: keyed(/^spend#acc_/, HOUR),
    ofAccount: (accountId) => [{ partition: keySpendPartition(accountId) }],
  }),
  storedItem({
    kind: 'key-spend',
    about: 'what a key, and the keys that share its counters, spent in an hour',
    table: USAGE,
    ends: 'after 8 days',
    schema: z.object({ costPico: z.bigint() }),
    fields: { costPico: usage('erasable') },
    is: keyed(/^spend#(?!acc_)/, HOUR),
    notFound: 'It is found through the list of the account’s keys.',
  }),
];
