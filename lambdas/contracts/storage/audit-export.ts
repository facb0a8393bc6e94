import { z } from 'zod';
import { auditEventSchema } from './audit-event';

const { chain, sequence, at, hash } = auditEventSchema.shape;

/** The first line of an exported chain: where it ended when it was exported. Behind it its events, one a line. */
export const auditExportSchema = z.strictObject({
  version: z.literal(1),
  chain,
  exportedAt: z.iso.datetime(),
  /** Null for a chain without events. */
  end: z.strictObject({ sequence, hash, at }).nullable(),
});

/**
 * An event in a file. What it tells is not looked at, its hash vouches for it: an archive is read by releases that
 * know more actions than the one that wrote it, and fewer.
 */
export const keptEventSchema = auditEventSchema
  .pick({ chain: true, sequence: true, at: true, previous: true, previousAt: true, hash: true })
  .loose();

export type AuditExport = z.infer<typeof auditExportSchema>;
export type KeptEvent = z.infer<typeof keptEventSchema>;
