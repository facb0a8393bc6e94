import type { DynamoDBRecord } from 'aws-lambda';
import { errorName, type Log } from '../../domain/log';
import type { AutoTopUps } from '../../domain/payments/auto-top-up';
import type { Funds } from '../../domain/wallet/funds/funds';

export interface WalletWatchDependencies {
  /** Absent if the deployment takes no payments. */
  readonly autoTopUps: Pick<AutoTopUps, 'check'> | undefined;
  readonly funds: Pick<Funds, 'payDebt'>;
  readonly log: Log;
}

/** The sort key of a balance, of the main one as of its drawers. */
const BALANCE = 'wallet';

/**
 * Reads the changes of balances: an account that runs low buys credit if it wants that, and credit that requests return
 * pays a debt. Each account of a batch is looked at once. A failure is not repeated, because the next change of the
 * balance, or the scheduled job, does the same work.
 */
export function walletWatch({
  autoTopUps,
  funds,
  log,
}: WalletWatchDependencies): (event: { readonly Records: readonly DynamoDBRecord[] }) => Promise<void> {
  return async ({ Records }) => {
    for (const [accountId, isInDebt] of changedAccounts(Records)) {
      try {
        if (isInDebt) await funds.payDebt(accountId);
        await autoTopUps?.check(accountId);
      } catch (error) {
        log.error('WALLET_WATCH_FAILED', { accountId, cause: errorName(error) });
      }
    }
  };
}

/** The accounts whose available or held money became less, and whether they owe money. */
function changedAccounts(records: readonly DynamoDBRecord[]): ReadonlyMap<string, boolean> {
  const accounts = new Map<string, boolean>();
  for (const { dynamodb } of records) {
    const { Keys, NewImage } = dynamodb ?? {};
    if (Keys?.['sk']?.S !== BALANCE || NewImage === undefined) continue;
    const [accountId = ''] = (Keys['pk']?.S ?? '').split('#');
    const isInDebt = NewImage['debtSince'] !== undefined;
    accounts.set(accountId, isInDebt || accounts.get(accountId) === true);
  }
  return accounts;
}
