import { z } from 'zod';
import { HOLD_MODE_DEFAULT, HOLD_MODES } from '../deployment/hold-mode';
import { accountIdSchema, personIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';
import { line } from './text';
import { versionSchema } from '../storage/version';

const ACCOUNT_NAME_CHARACTERS_MAX = 100;
const LINE_CHARACTERS_MAX = 200;
const EMAIL_CHARACTERS_MAX = 254;

export const accountNameSchema = line(ACCOUNT_NAME_CHARACTERS_MAX);

export const emailSchema = z.email('must be a mail address').max(EMAIL_CHARACTERS_MAX);

/** The payer's details on an invoice. They are personal data and are stored only in the accounts table. */
export const billingDetailsSchema = z
  .strictObject({
    name: line(LINE_CHARACTERS_MAX),
    /** Invoices are sent here. */
    email: emailSchema,
    addressLine1: line(LINE_CHARACTERS_MAX),
    addressLine2: line(LINE_CHARACTERS_MAX).optional(),
    city: line(LINE_CHARACTERS_MAX),
    region: line(LINE_CHARACTERS_MAX).optional(),
    postalCode: line(LINE_CHARACTERS_MAX).optional(),
    /** ISO 3166-1 alpha-2. */
    country: z.string().regex(/^[A-Z]{2}$/, 'must be a two-letter country code, such as DE'),
    /** A VAT number or similar, as the payer writes it. */
    taxId: line(LINE_CHARACTERS_MAX).optional(),
  })
  .meta({ id: 'BillingDetails' });

export type BillingDetails = z.infer<typeof billingDetailsSchema>;

/** The details as they are read: a later release may have added members, or may allow other texts. */
export const storedBillingDetailsSchema = z.object({
  name: z.string(),
  email: z.string(),
  addressLine1: z.string(),
  addressLine2: z.string().optional(),
  city: z.string(),
  region: z.string().optional(),
  postalCode: z.string().optional(),
  country: z.string(),
  taxId: z.string().optional(),
});

/** Why an operator suspended an account. The list is closed because free text could contain personal data. */
export const SUSPENSION_REASONS = ['abuse', 'payment', 'security', 'request', 'child'] as const;
export type SuspensionReason = (typeof SUSPENSION_REASONS)[number];
/** The reason of a suspension that belongs to an erasure: it cannot be lifted. */
export const ERASURE_SUSPENSION = 'erasure';
export const suspensionReasonSchema = z.enum(SUSPENSION_REASONS);

/** An account, limited to what every member may see. */
export const accountSchema = z
  .object({
    accountId: accountIdSchema,
    createdAt: z.iso.datetime(),
    name: z.string().optional(),
    /** Absent only for an account that was created by a command. */
    ownerId: personIdSchema.optional(),
    suspendedAt: z.iso.datetime().optional(),
    suspensionReason: openValue([...SUSPENSION_REASONS, ERASURE_SUSPENSION]).optional(),
    /** How much its requests hold. They roll only if the deployment's holds do too. */
    holds: openValue(HOLD_MODES).default(HOLD_MODE_DEFAULT),
    version: versionSchema,
  })
  .meta({ id: 'Account' });

/** The billing details, with the version of the account that contains them. */
export const billingSchema = z
  .object({
    /** Absent until a member enters them. */
    details: storedBillingDetailsSchema.optional(),
    version: versionSchema,
  })
  .meta({ id: 'Billing' });
