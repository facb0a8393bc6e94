import { isKnown } from '../../../lambdas/contracts/storage/open-values';
import { UNITS } from '../../../lambdas/contracts/storage/units';
import type { UsageRecord } from '../../../lambdas/contracts/storage/usage-record';
import { PriceHistory } from '../../../lambdas/domain/catalog/price-history';
import { formatUsd } from '../../../lambdas/domain/money/pico';
import { recompute } from '../../../lambdas/domain/usage/recompute';
import { DEMO_CATALOG } from '../../local/demo/demo-catalog';
import { type CommandResult, failure } from './command-result';
import type { CommandServices } from './command-services';

/** Recomputes one charge from its usage and price version, and compares it with the recorded one. */
export async function recomputeCharge(services: CommandServices, requestId: string): Promise<CommandResult> {
  const record = await findRecord(services, requestId);
  if (record === undefined) return failure(`There is no usage record for "${requestId.slice(0, 80)}".`);
  const { priceVersion: name } = record;
  const version = new PriceHistory(DEMO_CATALOG).find(name) ?? (await services.catalog.findVersion(name));
  if (version === undefined) return failure(`The catalog has no price version ${name}.`);
  const { accountId, usage, priceVersion } = record;
  const unknown = Object.keys(usage).filter((unit) => !isKnown(UNITS, unit));
  if (unknown.length > 0)
    return failure(`Only a later release can recompute this charge: its usage has ${unknown.join(', ')}.`);
  const { expectedPico, matches } = recompute(record, version);
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
  return matches
    ? { exitCode: 0, lines: [line] }
    : { ...failure('The recomputed charge differs from the recorded one.'), lines: [line] };
}

/** Tries each account in turn: a request ID does not contain its account, and tables are never scanned. */
async function findRecord({ accounts, usage }: CommandServices, requestId: string): Promise<UsageRecord | undefined> {
  for await (const accountId of accounts.list()) {
    const record = await usage.get(accountId, requestId);
    if (record !== undefined) return record;
  }
  return undefined;
}
