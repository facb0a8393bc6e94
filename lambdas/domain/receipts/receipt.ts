import type { Receipt } from '../../contracts/storage/receipt';
import { receiptSchema } from '../../contracts/storage/receipt';
import { UNITS } from '../../contracts/storage/units';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { leafHash } from './merkle-tree';

/**
 * Derives the receipt of a request from its usage record.
 * @param supersedes the leaf hash of the receipt that this one replaces
 */
export function receiptOf(record: UsageRecord, supersedes?: string): Receipt {
  const { requestId, at, model, status, estimated, priceVersion } = record;
  return {
    version: 1,
    requestId,
    at,
    model,
    status,
    usage: Object.fromEntries(
      UNITS.flatMap((unit) => {
        const count = record.usage[unit];
        return count === undefined ? [] : [[unit, String(count)]];
      }),
    ),
    estimated,
    priceVersion,
    costPico: record.costPico.toString(),
    ...(supersedes !== undefined && { supersedes }),
  };
}

/**
 * The canonical text of a receipt, whose UTF-8 bytes are hashed: JSON without spaces, with the members in this order and
 * the units in the order of lambdas/contracts/storage/units.ts.
 */
export function receiptText(receipt: Receipt): string {
  const { version, requestId, at, model, status, usage, estimated, priceVersion, costPico, supersedes } = receipt;
  const units = Object.fromEntries(UNITS.flatMap((unit) => (usage[unit] === undefined ? [] : [[unit, usage[unit]]])));
  return JSON.stringify({
    version,
    requestId,
    at,
    model,
    status,
    usage: units,
    estimated,
    priceVersion,
    costPico,
    ...(supersedes !== undefined && { supersedes }),
  });
}

export const receiptHash = (receipt: Receipt): Buffer => leafHash(receiptText(receipt));

/** @throws SyntaxError or ZodError when the text is not a receipt */
export const parseReceipt = (text: string): Receipt => receiptSchema.parse(JSON.parse(text));
