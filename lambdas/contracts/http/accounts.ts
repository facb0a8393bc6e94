import { z } from 'zod';
import { accountIdSchema, personIdSchema } from '../storage/ids';
import { line } from './text';
import { versionSchema } from '../storage/version';

const ACCOUNT_NAME_CHARACTERS_MAX = 100;
const LINE_CHARACTERS_MAX = 200;
const EMAIL_CHARACTERS_MAX = 254;

export const accountNameSchema = line(ACCOUNT_NAME_CHARACTERS_MAX);

export const emailSchema = z.email('must be a mail address').max(EMAIL_CHARACTERS_MAX);

/** What an invoice says about who pays. Personal: it is in the accounts table and nowhere else. */
export const billingDetailsSchema = z
  .strictObject({
    name: line(LINE_CHARACTERS_MAX),
    /** Where invoices are sent. */
    email: emailSchema,
    addressLine1: line(LINE_CHARACTERS_MAX),
    addressLine2: line(LINE_CHARACTERS_MAX).optional(),
    city: line(LINE_CHARACTERS_MAX),
    region: line(LINE_CHARACTERS_MAX).optional(),
    postalCode: line(LINE_CHARACTERS_MAX).optional(),
    /** ISO 3166-1, two letters. */
    country: z.string().regex(/^[A-Z]{2}$/, 'must be a country’s two letters'),
    /** A VAT number or its like, as the payer writes it. */
    taxId: line(LINE_CHARACTERS_MAX).optional(),
  })
  .meta({ id: 'BillingDetails' });

export type BillingDetails = z.infer<typeof billingDetailsSchema>;

/** Why an operator suspended an account. A closed list: a free text would hold what does not belong there. */
export const SUSPENSION_REASONS = ['abuse', 'payment', 'security', 'request'] as const;
export type SuspensionReason = (typeof SUSPENSION_REASONS)[number];
export const suspensionReasonSchema = z.enum(SUSPENSION_REASONS);

/** A paying tenant, without what only some of its members may see. */
export const accountSchema = z
  .object({
    accountId: accountIdSchema,
    createdAt: z.iso.datetime(),
    name: accountNameSchema.optional(),
    /** Absent only for an account that a command made. */
    ownerId: personIdSchema.optional(),
    suspendedAt: z.iso.datetime().optional(),
    suspensionReason: suspensionReasonSchema.optional(),
    version: versionSchema,
  })
  .meta({ id: 'Account' });

/** What invoices say, with the version of the account that it is a part of. */
export const billingSchema = z
  .object({
    /** Absent until somebody wrote them. */
    details: billingDetailsSchema.optional(),
    version: versionSchema,
  })
  .meta({ id: 'Billing' });
