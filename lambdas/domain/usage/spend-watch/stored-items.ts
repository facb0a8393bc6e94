import { DELETED } from '../../../contracts/storage/erasure-rule';
import { at, BOOKKEEPING, IN_ACCOUNT, keyed, storedItem, usage } from '../../../contracts/storage/stored-item';
import { alertsKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { rulesSchema } from './alert-rules';

const shown = usage('exported', 'erasable');
const corrected = usage('exported', 'erasable', 'correctable');

/** The items about alerts. */
export const ALERT_ITEMS = [
  storedItem({
    kind: 'alert-rules',
    about: 'the rules of an account for alerts, and the last hour in which each was broken',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
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
];
