import { z } from 'zod';

/** Words that Cognito refuses in a sign-in address. */
const RESERVED_WORDS = /aws|amazon|cognito/;

const https = z.string().regex(/^https:\/\/[^\s?#]+$/, 'must be an https:// address');

const providerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{2,31}$/, 'must be 3 to 32 letters, digits and hyphens, and begin with a letter');

/** An external identity provider. */
const federatedProviderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('oidc'),
    /** Shown on the button that leads to the provider. */
    name: providerName,
    issuerUrl: https,
    clientId: z.string().min(1, 'must be the id under which the provider knows this deployment'),
    /** The name of a secret in Secrets Manager whose string is the client's secret. The secret itself is never configured. */
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
   * The address to which people return after sign-in. CloudFront's own name is known only after the first deployment.
   * @default the domain; without either, sign-in is off
   */
  consoleUrl: z
    .string()
    .regex(/^(https:\/\/[a-z0-9.-]+|http:\/\/localhost:\d{1,5})$/, 'must be an https:// address without a path')
    .optional(),
  /** Whether anyone on the internet may create a user. @default false: only an operator creates users */
  selfSignUp: z.boolean().default(false),
  /** The first part of the sign-in address, which must be unique in its region across AWS. @default tollgate, the stage and twelve hexadecimal digits */
  signInPrefix: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')
    .refine((prefix) => !RESERVED_WORDS.test(prefix), 'must not contain aws, amazon or cognito')
    .optional(),
  /** The sender of codes and invitations, in a domain that SES has verified in the same region. @default Cognito's own address, which sends at most 50 emails a day */
  mailFrom: z.email('must be an email address').optional(),
  /** Whether operators need a second factor in this user pool. A provider at which they sign in must ask for its own. */
  operatorMfa: z.enum(['required', 'optional'], 'must be required or optional').default('required'),
  /** Identity providers at which people sign in instead of with a password here. */
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

/** Whether Cognito would refuse the default sign-in address of a stage. */
export const isReservedStage = (stage: string): boolean => RESERVED_WORDS.test(stage);

/** The origin of the console: the one that is configured, or the domain. CloudFront's own name is not known yet. */
export const consoleUrlOf = (config: {
  readonly identity: Pick<IdentityConfig, 'consoleUrl'>;
  readonly domain?: { readonly name: string } | undefined;
}): string | undefined => config.identity.consoleUrl ?? (config.domain && `https://${config.domain.name}`);
