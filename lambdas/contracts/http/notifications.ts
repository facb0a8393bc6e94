import { z } from 'zod';

/** Mails that a person can decline. All other mails are always sent (docs/notifications.md). */
export const OPTIONAL_CATEGORIES = ['product', 'lowBalance', 'budget'] as const;
export type OptionalCategory = (typeof OPTIONAL_CATEGORIES)[number];

/** Which optional mails a person gets. */
export const mailPreferencesSchema = z
  .strictObject({
    /** How to use the service. */
    product: z.boolean(),
    /** The balance of an account is low. */
    lowBalance: z.boolean(),
    /** A key has used most of its budget, or all of it. */
    budget: z.boolean(),
  })
  .meta({ id: 'MailPreferences' });

export type MailPreferences = Readonly<z.infer<typeof mailPreferencesSchema>>;
