import type { Receipt, ReceiptV1 } from '../../contracts/storage/receipt';
import { RECEIPT_V1_STATUSES, RECEIPT_V1_UNITS, receiptSchema } from '../../contracts/storage/receipt';
import { isKnown } from '../../contracts/storage/open-values';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { canonicalText } from './canonical-text';
import { leafHash } from './merkle-tree';

/**
 * Derives the receipt of a request from its usage record: of version 1, unless the record has a status or a unit that
 * version 1 does not have.
 * @param supersedes the leaf hash of the receipt that this one replaces
 */
export const receiptOf = (record: UsageRecord, supersedes?: string): Receipt =>
  receiptV1Of(record, supersedes) ?? receiptV2Of(record, supersedes);

/**
 * Derives the receipt that has this leaf hash. A later release may have sealed a receipt of version 2 where this one
 * makes version 1.
 * @returns the receipt of `receiptOf` if none has the hash: then the record is not the one that was sealed
 */
export function receiptWithHash(record: UsageRecord, hash: Buffer): Receipt {
  const receipt = receiptOf(record);
  if (receiptHash(receipt).equals(hash)) return receipt;
  const extended = receiptV2Of(record);
  return receiptHash(extended).equals(hash) ? extended : receipt;
}

/** Whether a receipt is of the record as it is now. Members that only a later release knows are not compared. */
export function isReceiptOf(receipt: Receipt, record: UsageRecord): boolean {
  const { supersedes } = receipt;
  const derived = receipt.version === 1 ? receiptOf(record, supersedes) : receiptV2Of(record, supersedes);
  const shared = Object.fromEntries(Object.keys(derived).map((name) => [name, (receipt as Members)[name]]));
  return receiptText({ ...shared, version: derived.version } as Receipt) === receiptText(derived);
}

type Members = { readonly [name: string]: unknown };

/**
 * The canonical text of a receipt, whose UTF-8 bytes are hashed: for version 1, JSON without spaces, with the members in
 * this order and the units in the order of RECEIPT_V1_UNITS.
 */
export function receiptText(receipt: Receipt): string {
  return canonicalText(receipt, ({ version, requestId, at, model, status, usage, ...rest }: ReceiptV1) => {
    const { estimated, priceVersion, costPico, supersedes } = rest;
    const units = Object.fromEntries(
      RECEIPT_V1_UNITS.flatMap((unit) => (usage[unit] === undefined ? [] : [[unit, usage[unit]]])),
    );
    return {
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
    };
  });
}

export const receiptHash = (receipt: Receipt): Buffer => leafHash(receiptText(receipt));

/** @throws SyntaxError or ZodError when the text is not a receipt */
export const parseReceipt = (text: string): Receipt => receiptSchema.parse(JSON.parse(text));

/** @returns undefined for a status or a unit that version 1 does not have */
function receiptV1Of(record: UsageRecord, supersedes: string | undefined): ReceiptV1 | undefined {
  const { status } = record;
  if (!isKnown(RECEIPT_V1_STATUSES, status)) return undefined;
  if (!Object.keys(record.usage).every((unit) => isKnown(RECEIPT_V1_UNITS, unit))) return undefined;
  return { version: 1, ...membersOf(record, supersedes), status };
}

const receiptV2Of = (record: UsageRecord, supersedes?: string): Receipt => ({
  version: 2,
  ...membersOf(record, supersedes),
});

function membersOf(record: UsageRecord, supersedes: string | undefined) {
  const { requestId, at, model, status, usage, estimated, priceVersion, costPico } = record;
  return {
    requestId,
    at,
    model,
    status,
    usage: Object.fromEntries(
      Object.entries(usage).flatMap(([unit, count]) => (count === undefined ? [] : [[unit, String(count)]])),
    ),
    estimated,
    priceVersion,
    costPico: costPico.toString(),
    ...(supersedes !== undefined && { supersedes }),
  };
}
