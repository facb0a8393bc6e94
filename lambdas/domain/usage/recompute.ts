import type { PriceVersion } from '../../contracts/storage/catalog';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { chargeFor } from './charge';

/** The expected cost of a past request compared with its recorded cost, in pico-dollars. */
export interface RecomputedCost {
  /** The recorded usage times the prices of the version that the record names. */
  readonly expectedPico: bigint;
  /** The charge plus the overrun that the operator bore. */
  readonly recordedPico: bigint;
  readonly matches: boolean;
}

/** @param version the price version that the record names */
export function recompute(record: UsageRecord, version: PriceVersion): RecomputedCost {
  const { costPico: expectedPico } = chargeFor(record.usage, version);
  const recordedPico = record.costPico + record.overrunPico;
  return { expectedPico, recordedPico, matches: expectedPico === recordedPico };
}
