import { z } from 'zod';
import { auditEventSchema } from './audit-event';

const { chain, sequence, at, hash } = auditEventSchema.shape;

/** The first line of an exported chain: its last event at the time of the export. The events follow, one per line. */
export const auditExportSchema = z.strictObject({
  version: z.literal(1),
  chain,
  exportedAt: z.iso.datetime(),
  /** Null for a chain without events. */
  end: z.strictObject({ sequence, hash, at }).nullable(),
});

/**
 * An event in an export or archive file. Only the fields that link the chain are validated; the hash vouches for the
 * rest. This lets any release read the files of another, even if the two know different actions.
 */
export const keptEventSchema = auditEventSchema
  .pick({ chain: true, sequence: true, at: true, previous: true, previousAt: true, hash: true })
  .loose();

export type AuditExport = z.infer<typeof auditExportSchema>;
export type KeptEvent = z.infer<typeof keptEventSchema>;
