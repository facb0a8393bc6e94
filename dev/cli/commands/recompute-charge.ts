import type { UsageRecord } from '../../../lambdas/contracts/storage/usage-record';
import { PriceHistory } from '../../../lambdas/domain/catalog/price-history';
import { formatUsd } from '../../../lambdas/domain/money/pico';
import { recompute } from '../../../lambdas/domain/usage/recompute';
import { DEMO_CATALOG } from '../../local/demo/demo-catalog';
import type { CommandServices, CommandResult } from './command-services';

/** Works one charge out again from its usage and its price version, and compares. */
export async function recomputeCharge(services: CommandServices, requestId: string): Promise<CommandResult> {
  const record = await findRecord(services, requestId);
  if (record === undefined) return failed(`There is no usage record of "${requestId.slice(0, 80)}".`);
  const { priceVersion: name } = record;
  const version = new PriceHistory(DEMO_CATALOG).find(name) ?? (await services.catalog.findVersion(name));
  if (version === undefined) return failed(`The price version ${record.priceVersion} is not known here.`);
  const { expectedPico, matches } = recompute(record, version);
  const { accountId, usage, priceVersion } = record;
  const line = JSON.stringify({
    requestId,
    accountId,
    usage,
    priceVersion,
    expected: formatUsd(expectedPico),
    charged: formatUsd(record.costPico),
    overrun: formatUsd(record.overrunPico),
    matches,
  });
  return matches ? { exitCode: 0, lines: [line] } : { ...failed('The charge differs.'), lines: [line] };
}

/** A request's id does not tell its account, and nothing is scanned: the accounts are asked one by one. */
async function findRecord({ accounts, usage }: CommandServices, requestId: string): Promise<UsageRecord | undefined> {
  for await (const accountId of accounts.list()) {
    const record = await usage.get(accountId, requestId);
    if (record !== undefined) return record;
  }
  return undefined;
}

const failed = (error: string): CommandResult => ({ exitCode: 1, lines: [], error });
