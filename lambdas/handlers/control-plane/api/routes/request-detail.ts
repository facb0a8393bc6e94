import type { z } from 'zod';
import type { usageRequestDetailSchema } from '../../../../contracts/http/usage';
import { entryKey, lateEntryKey } from '../../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../../contracts/storage/tables';
import { NotFound } from '../../../../domain/errors/app-error';
import { formatUsd } from '../../../../domain/money/pico';
import { Receipts } from '../../../../domain/receipts/receipts';
import { UsageRecords } from '../../../../domain/usage/records/usage-records';
import { decodeEntry, movedInto } from '../../../../domain/wallet/ledger/entry';
import type { ApiDependencies } from '../api-dependencies';
import { requestView } from './usage-views';

/**
 * One request: its record, the entries that ended its hold or adjusted that later, and its receipt.
 * @throws NotFound for a request of another account too, so that its existence is not revealed
 */
export async function requestDetail(
  { store, clock }: Pick<ApiDependencies, 'store' | 'clock'>,
  { accountId, requestId }: { readonly accountId: string; readonly requestId: string },
): Promise<z.input<typeof usageRequestDetailSchema>> {
  const record = await new UsageRecords({ store }).get(accountId, requestId);
  if (record === undefined)
    throw new NotFound('There is no such request, or its record has expired.', 'request_not_found');
  const keys = [entryKey(accountId, requestId), lateEntryKey(accountId, requestId)];
  const items = await Promise.all(keys.map((key) => store.get({ table: WALLET, key })));
  const entries = items.flatMap((item) => (item === undefined ? [] : [decodeEntry(item)]));
  const receipt = await new Receipts({ store, clock }).find(record);
  return {
    ...requestView(record),
    entries: entries.map((entry) => ({
      entryId: entry.entryId,
      kind: entry.kind,
      at: entry.at,
      held: formatUsd(entry.heldPico),
      charged: formatUsd(movedInto('spent', entry)),
      ...(entry.priceVersion !== undefined && { priceVersion: entry.priceVersion }),
    })),
    ...(record.leaseTurn !== undefined && { leaseTurn: record.leaseTurn }),
    ...(receipt && { receipt: { ...receipt } }),
  };
}
