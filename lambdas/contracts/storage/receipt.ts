import { z } from 'zod';
import { accountIdSchema, requestIdSchema } from './ids';
import { UNITS } from './units';
import { REQUEST_STATUSES } from './usage-record';

/** SHA-256 in hexadecimal. */
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 hash in hexadecimal');
/** No number of JSON: readers that take it for a float would lose digits. */
const decimal = z.string().regex(/^(0|[1-9]\d*)$/, 'a whole number as a decimal string');
const time = z.iso.datetime();
const ordinal = z.int().positive();
const place = z.int().nonnegative();

/** What one charge came to, as it is hashed: see receipt.ts in the domain for the order of its members. */
export const receiptSchema = z.strictObject({
  version: z.literal(1),
  requestId: requestIdSchema,
  /** When the request was admitted. */
  at: time,
  model: z.string(),
  status: z.enum(REQUEST_STATUSES),
  /** Tokens by unit. */
  usage: z.strictObject(
    Object.fromEntries(UNITS.map((unit) => [unit, decimal.optional()])) as Record<
      (typeof UNITS)[number],
      z.ZodOptional<typeof decimal>
    >,
  ),
  estimated: z.boolean(),
  priceVersion: z.string(),
  /** What was charged, in pico-dollars. */
  costPico: decimal,
  /** The leaf hash of the receipt that this one takes the place of: the request had expired before it was settled. */
  supersedes: hash.optional(),
});

export type Receipt = z.infer<typeof receiptSchema>;

/** Says what a tree of an account's receipts holds, and which tree came before. */
export const treeHeaderSchema = z.strictObject({
  version: z.literal(1),
  accountId: accountIdSchema,
  /** The account's trees are counted from 1. */
  number: ordinal,
  /** When it was sealed, to the minute. */
  minute: time,
  /** How many receipts. */
  size: ordinal,
  root: hash,
  /** The hash of the header of the account's tree before; null for the first. */
  previous: hash.nullable(),
});

export type TreeHeader = z.infer<typeof treeHeaderSchema>;

/** What is signed: the root over the headers of all trees of a minute. */
export const sealSchema = z.strictObject({
  version: z.literal(1),
  /** The deployment's seals are counted from 1. */
  number: ordinal,
  minute: time,
  /** How many trees. */
  size: ordinal,
  root: hash,
  /** The SHA-256 of the seal before; null for the first. */
  previous: hash.nullable(),
  /** The SHA-256 of the public key that verifies it. */
  keyId: hash,
});

export type Seal = z.infer<typeof sealSchema>;

const proven = {
  tree: treeHeaderSchema,
  /** Where the tree's header stands among those of the seal, and its path to the seal's root. */
  treeIndex: place,
  treePath: z.array(hash),
  seal: sealSchema,
  /** ECDSA on P-256 with SHA-256 over the seal, DER in base64. */
  signature: z.base64(),
};

/** What `GET /v1/requests/{id}/receipt` answers. */
export const receiptProofSchema = z.strictObject({
  receipt: receiptSchema,
  /** Where the receipt stands in its tree, and its path to the tree's root. */
  index: place,
  path: z.array(hash),
  ...proven,
});

export type ReceiptProof = z.infer<typeof receiptProofSchema>;

/** A line of an export; as many receipts as the tree has follow it. */
export const treeLineSchema = z.strictObject({ ...proven, leaves: z.array(hash) });

export type TreeLine = z.infer<typeof treeLineSchema>;

export const receiptLineSchema = z.strictObject({ receipt: receiptSchema });

export type ReceiptLine = z.infer<typeof receiptLineSchema>;
