import { ulid } from 'ulid';
import type { Model } from '../lambdas/contracts/storage/catalog';
import { isoTime } from '../lambdas/contracts/storage/table-keys/key-parts';
import { entryKey } from '../lambdas/contracts/storage/table-keys/wallet';
import type { UsageRecord } from '../lambdas/contracts/storage/usage-record';
import { priceAt } from '../lambdas/domain/catalog/price';
import { absent } from '../lambdas/domain/table/condition';
import type { Write } from '../lambdas/domain/table/table-store';
import { chargeFor } from '../lambdas/domain/usage/charge';
import { putUsageRecord } from '../lambdas/domain/usage/records/usage-records';
import { chargeTransfers, putEntry } from '../lambdas/domain/wallet/ledger/entry';

const PROVIDER = 'openai';
const FIRST_BYTE_MS = 310;
const DURATION_MS = 1_240;
/** A hold is larger than the charge, because it covers the longest possible answer. */
const HOLD_FACTOR = 2n;

/** The origin of the requests, and the model that answered them. */
export interface Caller {
  readonly accountId: string;
  readonly keyId: string;
  readonly model: Model;
}

/** @param at when it was admitted, in epoch milliseconds. @param index varies its token counts */
export function finishedRequest({ accountId, keyId, model }: Caller, at: number, index: number): UsageRecord {
  const usage = { input: 200 + (index % 400), output: 80 + (index % 200) };
  const price = priceAt(model, at);
  return {
    // Secure randomness would take a fifth of the time of a fill.
    requestId: `req_${ulid(at, Math.random)}`,
    accountId,
    keyId,
    at: isoTime(at),
    endpoint: 'chat',
    model: model.id,
    provider: PROVIDER,
    streamed: index % 2 === 1,
    status: 'completed',
    httpStatus: 200,
    usage,
    estimated: false,
    costPico: chargeFor(usage, price).costPico,
    overrunPico: 0n,
    priceVersion: price.version,
    firstByteMs: FIRST_BYTE_MS,
    durationMs: DURATION_MS,
  };
}

/** Epoch milliseconds. */
export const endOf = ({ at, durationMs }: UsageRecord): number => Date.parse(at) + durationMs;

/** The items that a settled request leaves behind: its ledger entry and its usage record. */
export function writesOf(record: UsageRecord, retentionDays: number): readonly Write[] {
  const { accountId, requestId, costPico, overrunPico, priceVersion } = record;
  const entry = {
    kind: 'charge' as const,
    requestId,
    heldPico: HOLD_FACTOR * costPico,
    at: isoTime(endOf(record)),
    priceVersion,
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  return [putEntry(entryKey(accountId, requestId), entry), putUsageRecord(record, retentionDays, absent())];
}
