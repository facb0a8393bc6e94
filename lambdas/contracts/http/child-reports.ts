import { z } from 'zod';
import { emailSchema } from './accounts';
import { IDENTITY_CHECKS } from '../storage/export';
import { accountIdSchema, childReportIdSchema, erasureIdSchema, personIdSchema } from '../storage/ids';

/** A report that a user of the service is a child. It has nothing about who reports, and no text. */
export const newChildReportSchema = z
  .union([
    z.strictObject({ email: emailSchema.describe('The address with which the child signs in. It is not stored.') }),
    z.strictObject({ accountId: accountIdSchema.describe('An account that the child owns.') }),
  ])
  .meta({ id: 'NewChildReport' });

/** The answer is the same whether or not anybody was found. */
export const childReportReceiptSchema = z
  .object({ reportId: childReportIdSchema.describe('Name it when you write to the operator about the report.') })
  .meta({ id: 'ChildReportReceipt' });

/** A report as operators see it. */
export const childReportSchema = z
  .object({ reportId: childReportIdSchema, personId: personIdSchema, reportedAt: z.iso.datetime() })
  .meta({ id: 'ChildReport' });

/** An operator's decision that the person is a child. */
export const childErasureSchema = z
  .strictObject({ identityCheck: z.enum(IDENTITY_CHECKS).describe('How the operator made sure that it is a child.') })
  .meta({ id: 'ChildErasure' });

/** The erasures that were begun: of the child, and of the accounts that they own. */
export const childErasuresSchema = z
  .object({
    erasures: z.array(z.object({ ownerId: z.union([accountIdSchema, personIdSchema]), erasureId: erasureIdSchema })),
  })
  .meta({ id: 'ChildErasures' });
