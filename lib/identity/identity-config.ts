import { z } from 'zod';

/** Cognito refuses these in a sign-in address. */
const RESERVED_WORDS = /aws|amazon|cognito/;

const https = z.string().regex(/^https:\/\/[^\s?#]+$/, 'must be an https:// address');

const providerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{2,31}$/, 'must be 3 to 32 letters, digits and hyphens, and begin with a letter');

/** An identity provider of the organisation's own. */
const federatedProviderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('oidc'),
    /** On the button that leads there. */
    name: providerName,
    issuerUrl: https,
    clientId: z.string().min(1, 'must be the id that the provider knows this deployment by'),
    /** A secret in Secrets Manager whose string is the client's secret: the configuration never holds it. */
    clientSecretName: z.string().regex(/^[\w/+=.@-]{1,512}$/, 'must be the name of a secret in Secrets Manager'),
  }),
  z.strictObject({
    type: z.literal('saml'),
    name: providerName,
    metadataUrl: https,
  }),
]);

/** How people sign in. */
export const identitySchema = z.strictObject({
  /**
   * Where people return to after they signed in. CloudFront's own name is known after the first deployment only.
   * @default the domain; without either nobody can sign in
   */
  consoleUrl: z
    .string()
    .regex(/^(https:\/\/[a-z0-9.-]+|http:\/\/localhost:\d{1,5})$/, 'must be an https:// address without a path')
    .optional(),
  /** Whether anybody on the internet may make themselves a user. @default only an operator makes users */
  selfSignUp: z.boolean().default(false),
  /** The first part of the sign-in address, unique in its region among all customers of AWS. @default tollgate, the stage and twelve digits */
  signInPrefix: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')
    .refine((prefix) => !RESERVED_WORDS.test(prefix), 'must not contain aws, amazon or cognito')
    .optional(),
  /** From whom codes and invitations come: an address of a domain that SES has verified in the same region. @default Cognito's own, at most 50 mails a day */
  mailFrom: z.email('must be an e-mail address').optional(),
  /** Whether operators need a second factor of this user pool. Where they sign in at a provider, it is the provider's to ask for. */
  operatorMfa: z.enum(['required', 'optional'], 'must be required or optional').default('required'),
  /** Where people of the organisation sign in instead of with a password here. */
  providers: z
    .array(federatedProviderSchema)
    .refine(
      (providers) => new Set(providers.map(({ name }) => name.toLowerCase())).size === providers.length,
      'must not name a provider twice',
    )
    .default([]),
});

export type IdentityConfig = z.infer<typeof identitySchema>;
export type FederatedProvider = IdentityConfig['providers'][number];

/** Whether the default sign-in address would be refused. */
export const isReservedStage = (stage: string): boolean => RESERVED_WORDS.test(stage);
