import type { Receipt } from '../../lambdas/contracts/storage/receipt';
import type { UsageRecord } from '../../lambdas/contracts/storage/usage-record';
import { type Entry, movedInto } from '../../lambdas/domain/wallet/ledger/entry';
import type { Acknowledged } from './acknowledged';
import type { Stored } from './stored';

/** The first of many violations say enough. */
const SHOWN_MAX = 20;

/** Everything that is stored about one request. */
interface StoredRequest {
  readonly records: UsageRecord[];
  readonly entries: Entry[];
  readonly receipts: Receipt[];
}

/**
 * Compares what is stored with what the gateway has confirmed.
 * @param isSealed whether every charge must have its receipt, because the gateway has stopped in order
 * @returns the violations; empty if every promise is kept
 */
export function brokenPromises(told: Acknowledged, stored: Stored, isSealed = false): readonly string[] {
  const requests = requestsOf(stored);
  const found = [
    ...told.unexpected,
    ...stored.faults,
    ...[...told.charges].flatMap(([id, costPico]) => lostCharge(id, costPico, requests.get(id))),
    ...[...requests].flatMap(([id, request]) => inconsistency(id, request, isSealed)),
    ...wrongCount(told, requests.size),
    ...wrongBalance(told, stored),
    ...[...told.keyIds].filter((id) => !stored.keyIds.has(id)).map((id) => `the key ${id} was created and is gone`),
  ];
  return found.length <= SHOWN_MAX ? found : [...found.slice(0, SHOWN_MAX), `and ${found.length - SHOWN_MAX} more`];
}

function requestsOf({ records, entries, receipts }: Stored): ReadonlyMap<string, StoredRequest> {
  const requests = new Map<string, StoredRequest>();
  const at = (id: string): StoredRequest => {
    const request = requests.get(id) ?? { records: [], entries: [], receipts: [] };
    requests.set(id, request);
    return request;
  };
  for (const record of records) at(record.requestId).records.push(record);
  for (const entry of entries) if (entry.requestId !== undefined) at(entry.requestId).entries.push(entry);
  for (const receipt of receipts) at(receipt.requestId).receipts.push(receipt);
  return requests;
}

function lostCharge(id: string, costPico: bigint, request: StoredRequest | undefined): readonly string[] {
  const amounts = request?.entries.map((entry) => movedInto('spent', entry)) ?? [];
  if (amounts.length === 1 && amounts[0] === costPico) return [];
  return [`${id} was acknowledged with a charge of ${costPico}, but the ledger has [${amounts.join(', ')}]`];
}

/** Every request, acknowledged or not, has ended once, and its record, entry and receipt agree. */
function inconsistency(
  id: string,
  { records, entries, receipts }: StoredRequest,
  isSealed: boolean,
): readonly string[] {
  const costs = [
    ...records.map(({ costPico }) => costPico),
    ...entries.map((entry) => movedInto('spent', entry)),
    ...receipts.map(({ costPico }) => BigInt(costPico)),
  ];
  const isOnce = records.length === 1 && entries.length === 1 && receipts.length <= 1;
  const isReceiptMissing = isSealed && receipts.length === 0;
  if (isOnce && !isReceiptMissing && new Set(costs).size === 1) return [];
  const counts = `${records.length} records, ${entries.length} entries and ${receipts.length} receipts`;
  return [`${id} has ${counts} with the charges [${costs.join(', ')}]`];
}

/** A request that reached the provider had its money held, so it must have ended in some way. */
function wrongCount({ provided, requests: sent }: Acknowledged, stored: number): readonly string[] {
  if (provided.size <= stored && stored <= sent) return [];
  return [`${sent} requests were sent and ${provided.size} reached the provider, but ${stored} are stored`];
}

function wrongBalance({ credits }: Acknowledged, { balance, entries }: Stored): readonly string[] {
  const { availablePico, heldPico } = balance;
  const paid = new Map<string, bigint>();
  let spentPico = 0n;
  for (const entry of entries) {
    if (entry.kind === 'credit') paid.set(entry.entryId, movedInto('available', entry));
    spentPico += movedInto('spent', entry);
  }
  const creditPico = [...paid.values()].reduce((sum, amountPico) => sum + amountPico, 0n);
  const lost = [...credits].filter(([id, amountPico]) => paid.get(id) !== amountPico);
  return [
    ...lost.map(([id]) => `the credit ${id} was acknowledged, but the ledger has ${paid.get(id) ?? 'nothing'}`),
    ...(heldPico === 0n ? [] : [`${heldPico} pico-dollars are still held`]),
    ...(availablePico + spentPico === creditPico
      ? []
      : [`${availablePico} available and ${spentPico} charged differ from ${creditPico} paid in`]),
  ];
}
