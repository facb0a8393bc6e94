import { z } from 'zod';

const ACCOUNT_NAME_CHARACTERS_MAX = 100;
const LINE_CHARACTERS_MAX = 200;
const EMAIL_CHARACTERS_MAX = 254;

/** Control characters, lone surrogates, line separators, and what turns the direction of the text around it. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** One line of plain text with nothing around it. */
const line = (charactersMax: number) =>
  z
    .string()
    .min(1)
    .max(charactersMax)
    .refine((text) => !NOT_PLAIN.test(text), 'must be one line of plain text')
    .refine((text) => text === text.trim(), 'must not begin or end with a space');

export const accountNameSchema = line(ACCOUNT_NAME_CHARACTERS_MAX);

export const emailSchema = z.email('must be a mail address').max(EMAIL_CHARACTERS_MAX);

/** What an invoice says about who pays. Personal: it is in the accounts table and nowhere else. */
export const billingDetailsSchema = z.strictObject({
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
});

export type BillingDetails = z.infer<typeof billingDetailsSchema>;

/** Why an operator suspended an account. A closed list: a free text would hold what does not belong there. */
export const SUSPENSION_REASONS = ['abuse', 'payment', 'security', 'request'] as const;
export type SuspensionReason = (typeof SUSPENSION_REASONS)[number];
export const suspensionReasonSchema = z.enum(SUSPENSION_REASONS);
