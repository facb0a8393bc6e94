import type { PriceVersion } from '../../contracts/storage/catalog';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { chargeFor } from './charge';

/** What a past request should have cost, beside what was charged. All amounts in pico-dollars. */
export interface Recomputed {
  /** Usage times price, from the record and the version that it names. */
  readonly expectedPico: bigint;
  /** What was charged and what the operator bore, together. */
  readonly recordedPico: bigint;
  readonly matches: boolean;
}

/** @param version the one that the record names */
export function recompute(record: UsageRecord, version: PriceVersion): Recomputed {
  const { costPico: expectedPico } = chargeFor(record.usage, version);
  const recordedPico = record.costPico + record.overrunPico;
  return { expectedPico, recordedPico, matches: expectedPico === recordedPico };
}
