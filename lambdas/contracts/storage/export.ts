import { z } from 'zod';
import { accountIdSchema, exportIdSchema, personIdSchema } from './ids';
import { openValue } from './open-values';

/** How an operator made sure who asks for an export or an erasure on someone's behalf. The list is closed, so it holds no personal data. */
export const IDENTITY_CHECKS = [
  'signed_in_call',
  'verified_email',
  'identity_document',
  'legal_representative',
] as const;

/**
 * - `running`: the archive is being written.
 * - `ready`: it can be downloaded until `endsAt`.
 */
export const EXPORT_STATES = ['running', 'ready'] as const;

const count = z.coerce.number().pipe(z.int().nonnegative());

/** One encrypted ZIP file of an export. */
const exportFileSchema = z.object({
  /** The last part of its name in the store, which differs between attempts. */
  name: z.string(),
  bytes: count,
  items: count,
});

/** Where the next file of an export begins: a kind of item, one of its places, and the last item that was read there. */
export const exportPositionSchema = z.object({
  kind: z.string(),
  place: count,
  after: z.object({ pk: z.string(), sk: z.string() }).optional(),
});

/** An export as it is stored. */
export const storedExportSchema = z.object({
  exportId: exportIdSchema,
  state: openValue(EXPORT_STATES),
  requestedAt: z.iso.datetime(),
  /** Absent if a command of the deployment requested it. */
  requestedBy: personIdSchema.optional(),
  /** Present if an operator requested it for the owner. */
  identityCheck: openValue(IDENTITY_CHECKS).optional(),
  /** From this time on, neither its files nor its passphrase exist. */
  endsAt: z.iso.datetime(),
  files: z.array(exportFileSchema),
  /** The number of files, for conditions. */
  fileCount: count,
  /** Absent before the first file, and when all files are written. */
  position: exportPositionSchema.optional(),
  /** Whether every item is in a file. */
  isComplete: z.boolean(),
});

/** Identifies an export to a workflow. It holds IDs only, because the history of an execution is kept for 90 days. */
export const exportInputSchema = z.strictObject({
  ownerId: z.union([accountIdSchema, personIdSchema]),
  exportId: exportIdSchema,
});

export type ExportInput = Readonly<z.infer<typeof exportInputSchema>>;
export type ExportFile = Readonly<z.infer<typeof exportFileSchema>>;
export type ExportPosition = Readonly<z.infer<typeof exportPositionSchema>>;
export type StoredExport = Readonly<z.infer<typeof storedExportSchema>>;
