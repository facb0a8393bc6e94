import { z } from 'zod';
import { EXPORT_STATES, IDENTITY_CHECKS } from '../storage/export';
import { exportIdSchema, personIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';

/** An operator's request for an export on an owner's behalf. */
export const assistedExportSchema = z
  .strictObject({
    identityCheck: z.enum(IDENTITY_CHECKS).describe('How the operator made sure who asks.'),
  })
  .meta({ id: 'AssistedExport' });

const fileSchema = z.object({
  name: z.string(),
  bytes: z.int().nonnegative(),
  items: z.int().nonnegative().describe('How many items of all kinds the file has.'),
  url: z.string().describe('Signed for this response.'),
  expiresAt: z.iso.datetime().describe('When the link ends; read the export again for a new one.'),
});

/** An export of the data of an account or a person. */
export const exportSchema = z
  .object({
    exportId: exportIdSchema,
    state: openValue(EXPORT_STATES),
    requestedAt: z.iso.datetime(),
    /** Absent if a command requested it. */
    requestedBy: personIdSchema.optional(),
    identityCheck: openValue(IDENTITY_CHECKS).optional(),
    endsAt: z.iso.datetime().describe('From then on, neither the files nor the passphrase exist.'),
  })
  .meta({ id: 'Export' });

/** An export with links to its files: encrypted ZIP archives. */
export const exportWithFilesSchema = exportSchema
  .extend({ files: z.array(fileSchema).describe('Empty until the export is ready, and for operators.') })
  .meta({ id: 'ExportWithFiles' });

export const passphraseSchema = z.object({ passphrase: z.string() }).meta({ id: 'ExportPassphrase' });
