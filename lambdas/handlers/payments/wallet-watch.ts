import type { DynamoDBRecord } from 'aws-lambda';
import { BALANCE_SORT_KEY } from '../../contracts/storage/table-keys/wallet';
import { inParallel } from '../../domain/in-parallel';
import { errorName, type Log } from '../../domain/log';
import type { AutoTopUps } from '../../domain/payments/auto-top-up';
import type { LowBalances } from '../../domain/payments/low-balances';

export interface WalletWatchDependencies {
  /** Absent if the deployment takes no payments. */
  readonly autoTopUps: Pick<AutoTopUps, 'check'> | undefined;
  readonly lowBalances: Pick<LowBalances, 'check'>;
  readonly log: Log;
}

/** A batch can have a thousand accounts, and a charge takes a second. */
const ACCOUNTS_AT_ONCE = 16;

/**
 * Reads the changes of balances: an account that runs low buys credit or tells its people, if it wants that. Each account of a batch is looked
 * at once. A failure is not repeated, because the scheduled job looks at the account too.
 */
export function walletWatch({
  autoTopUps,
  lowBalances,
  log,
}: WalletWatchDependencies): (event: { readonly Records: readonly DynamoDBRecord[] }) => Promise<void> {
  return async ({ Records }) => {
    const accounts = [...new Set(Records.flatMap(accountOf))];
    await inParallel(accounts, ACCOUNTS_AT_ONCE, async (accountId) => {
      await autoTopUps?.check(accountId).catch((error: unknown) => {
        log.error('AUTO_TOP_UP_FAILED', { accountId, cause: errorName(error) });
      });
      // People are told after a charge, so that an account that buys credit by itself tells nobody.
      await lowBalances.check(accountId).catch((error: unknown) => {
        log.warn('LOW_BALANCE_CHECK_FAILED', { accountId, cause: errorName(error) });
      });
    });
  };
}

function accountOf({ dynamodb }: DynamoDBRecord): readonly string[] {
  const { pk, sk } = dynamodb?.Keys ?? {};
  if (sk?.S !== BALANCE_SORT_KEY || dynamodb?.NewImage === undefined) return [];
  const [accountId = ''] = (pk?.S ?? '').split('#');
  return [accountId];
}
