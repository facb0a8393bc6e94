import { z } from 'zod';
import { hashSchema } from './hash';
import { accountIdSchema, requestIdSchema } from './ids';

/** A string rather than a JSON number, because readers that parse numbers as floats would lose digits. */
const decimal = z.string().regex(/^(0|[1-9]\d*)$/, 'must be a whole number as a decimal string');
const time = z.iso.datetime();
const ordinal = z.int().positive();
const index = z.int().nonnegative();

/** A version whose members may be extended: its text is canonical JSON of all members, those of later releases included. */
const extensibleVersion = z.int().min(2);

const receiptFields = {
  requestId: requestIdSchema,
  /** When the request was admitted. */
  at: time,
  model: z.string(),
  estimated: z.boolean(),
  priceVersion: z.string(),
  /** The charge in pico-dollars. */
  costPico: decimal,
  /** The leaf hash of the receipt that this one replaces. Present if the request had expired before it was settled. */
  supersedes: hashSchema.optional(),
};

/**
 * The vocabulary of version 1, which must never change: the order of the units is part of what receipts were hashed to.
 * A charge with any other status or unit has a receipt of version 2.
 */
export const RECEIPT_V1_STATUSES = [
  'completed',
  'client_gone',
  'provider_error',
  'interrupted',
  'cancelled',
  'expired',
] as const;
export const RECEIPT_V1_UNITS = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'cachedAudioInput',
  'imageInput',
  'output',
  'reasoning',
  'audioOutput',
  'imageOutput',
] as const;

const receiptV1Schema = z.strictObject({
  version: z.literal(1),
  ...receiptFields,
  status: z.enum(RECEIPT_V1_STATUSES),
  /** Tokens by unit. */
  usage: z.strictObject(
    Object.fromEntries(RECEIPT_V1_UNITS.map((unit) => [unit, decimal.optional()])) as Record<
      (typeof RECEIPT_V1_UNITS)[number],
      z.ZodOptional<typeof decimal>
    >,
  ),
});

const receiptV2Schema = z.looseObject({
  version: extensibleVersion,
  ...receiptFields,
  status: z.string(),
  /** Counts by unit. */
  usage: z.record(z.string(), decimal),
});

/** One charge, in the form that is hashed. lambdas/domain/receipts/receipt.ts defines its text. */
export const receiptSchema = z.union([receiptV1Schema, receiptV2Schema]);

export type ReceiptV1 = z.infer<typeof receiptV1Schema>;
export type Receipt = z.infer<typeof receiptSchema>;

const treeHeaderFields = {
  accountId: accountIdSchema,
  /** Counts the account's trees from 1. */
  number: ordinal,
  /** The minute in which the tree was sealed. */
  minute: time,
  /** The number of receipts in the tree. */
  size: ordinal,
  root: hashSchema,
  /** The hash of the header of the account's previous tree, or null for the first. */
  previous: hashSchema.nullable(),
};

/** Summarises a tree of one account's receipts and links it to the account's previous tree. */
export const treeHeaderSchema = z.union([
  z.strictObject({ version: z.literal(1), ...treeHeaderFields }),
  z.looseObject({ version: extensibleVersion, ...treeHeaderFields }),
]);

export type TreeHeader = z.infer<typeof treeHeaderSchema>;

const sealFields = {
  /** Counts the deployment's seals from 1. */
  number: ordinal,
  minute: time,
  /** The number of trees under the seal. */
  size: ordinal,
  root: hashSchema,
  /** The SHA-256 of the previous seal, or null for the first. */
  previous: hashSchema.nullable(),
  /** The SHA-256 of the public key that verifies the seal. */
  keyId: hashSchema,
};

/** The object that is signed. Its root covers the headers of all trees of one minute. */
export const sealSchema = z.union([
  z.strictObject({ version: z.literal(1), ...sealFields }),
  z.looseObject({ version: extensibleVersion, ...sealFields }),
]);

export type Seal = z.infer<typeof sealSchema>;

const sealedTreeFields = {
  tree: treeHeaderSchema,
  /** The index of the tree's header among those under the seal. */
  treeIndex: index,
  /** The Merkle path from the tree's header to the root of the seal. */
  treePath: z.array(hashSchema),
  seal: sealSchema,
  /** ECDSA on P-256 with SHA-256 over the seal, DER in base64. */
  signature: z.base64(),
};

/** The response of `GET /v1/requests/{id}/receipt`. */
export const receiptProofSchema = z.strictObject({
  receipt: receiptSchema,
  /** The index of the receipt in its tree. */
  index,
  /** The Merkle path from the receipt to the root of its tree. */
  path: z.array(hashSchema),
  ...sealedTreeFields,
});

export type ReceiptProof = z.infer<typeof receiptProofSchema>;

/** A line of an export that begins a tree. One `ReceiptLine` for each of its receipts follows. */
export const treeLineSchema = z.strictObject({ ...sealedTreeFields, leaves: z.array(hashSchema) });

export type TreeLine = z.infer<typeof treeLineSchema>;

export const receiptLineSchema = z.strictObject({ receipt: receiptSchema });

export type ReceiptLine = z.infer<typeof receiptLineSchema>;
