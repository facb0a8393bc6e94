import { z } from 'zod';
import { accountIdSchema, personIdSchema, trustIdSchema } from '../storage/ids';
import { keyRulesSchema, storedRulesSchema } from './key-rules';
import { isPublicUrl } from './public-url';
import { line } from './text';

export const EXCHANGED_KEY_SECONDS_MAX = 3_600;
const EXCHANGED_KEY_SECONDS_MIN = 60;
const EXCHANGED_KEY_SECONDS_DEFAULT = 900;
const CLAIMS_MAX = 10;
const TEXT_CHARACTERS_MAX = 255;

/**
 * Issuers that give tokens to anyone. A trust in one of these must limit the subject to one owner with this pattern;
 * otherwise any user of GitHub or GitLab could obtain a key.
 * @see https://docs.github.com/en/actions/concepts/security/openid-connect
 */
const SHARED_ISSUERS: ReadonlyMap<string, RegExp> = new Map([
  ['https://token.actions.githubusercontent.com', /^repo:[^/*]{1,100}\//],
  ['https://gitlab.com', /^project_path:[^/*]{1,200}\//],
]);

const plain = line(TEXT_CHARACTERS_MAX);

/** A trust before it is created: an issuer whose tokens an account accepts, and the keys that they are exchanged for. */
export const newTrustSchema = z
  .strictObject({
    name: line(100).describe('A display name.'),
    issuer: z
      .string()
      .max(TEXT_CHARACTERS_MAX)
      .refine(isPublicUrl, 'must be the https:// URL of a public host, without port, query or fragment')
      .describe('Exactly as in the tokens’ `iss`. The signing keys are found through its discovery document.'),
    audience: plain.describe('The tokens’ `aud` must contain this value.'),
    subject: plain
      .refine((pattern) => !pattern.startsWith('*'), 'must not begin with a *')
      .describe('A pattern for `sub`. A `*` matches any characters except a colon; at the end it matches anything.'),
    claims: z
      .record(z.string().regex(/^[A-Za-z_][\w.:/-]{0,99}$/, 'must be a claim’s name'), plain)
      .refine((claims) => Object.keys(claims).length <= CLAIMS_MAX, `must have at most ${CLAIMS_MAX} claims`)
      .default({})
      .describe('Claims that must be present with exactly these values.'),
    singleUse: z
      .boolean()
      .default(true)
      .describe(
        'Whether each token is accepted only once, identified by its `jti`. Set to false for Kubernetes, where a pod reuses its token.',
      ),
    keySeconds: z
      .int()
      .min(EXCHANGED_KEY_SECONDS_MIN)
      .max(EXCHANGED_KEY_SECONDS_MAX)
      .default(EXCHANGED_KEY_SECONDS_DEFAULT)
      .describe('The lifetime in seconds of a key that a token is exchanged for.'),
    rules: keyRulesSchema.optional().describe('The rules of these keys. All keys of the trust share their limits.'),
    payer: personIdSchema
      .optional()
      .describe('The member whom the requests of these keys count for. By default, the member who creates the trust.'),
  })
  .refine(({ issuer, subject }) => SHARED_ISSUERS.get(issuer.replace(/\/$/, ''))?.test(subject) ?? true, {
    path: ['subject'],
    error: 'must name an owner, as in repo:<owner>/…, because this issuer gives tokens to anyone',
  })
  .meta({ id: 'NewTrust' });

/** A trust as it is read and shown: a later release may have added members, or may allow other values. */
export const trustSchema = z
  .object({
    name: z.string(),
    issuer: z.string(),
    audience: z.string(),
    subject: z.string(),
    claims: z.record(z.string(), z.string()),
    singleUse: z.boolean(),
    keySeconds: z.int().positive(),
    rules: storedRulesSchema.optional(),
    trustId: trustIdSchema,
    createdAt: z.iso.datetime(),
    /** Absent if a command created the trust. */
    createdBy: z.string().optional(),
    /** The member whom the requests of its keys count for. Absent for an older trust: then the account's owner. */
    payer: z.string().optional(),
  })
  .meta({ id: 'Trust' });

/** The member whom the requests of a trust's keys count for. */
export const payerSchema = z.strictObject({ payer: personIdSchema }).meta({ id: 'TrustPayer' });

export type NewTrust = Readonly<z.infer<typeof newTrustSchema>>;
export type Trust = Readonly<z.infer<typeof trustSchema>>;

export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
export const SUBJECT_TOKEN_CHARACTERS_MAX = 16_384;

/** The trust that a token is exchanged under: `<accountId>/<trustId>`. */
export const trustNameSchema = z.templateLiteral(
  [accountIdSchema, '/', trustIdSchema],
  'must be <accountId>/<trustId>',
);

/** RFC 8693, section 2.1. Unknown parameters are ignored, as the RFC requires. */
export const tokenRequestSchema = z.object({
  grant_type: z.literal(TOKEN_EXCHANGE_GRANT),
  audience: trustNameSchema,
  subject_token: z.string().min(1).max(SUBJECT_TOKEN_CHARACTERS_MAX),
  subject_token_type: z.enum([JWT_TYPE, 'urn:ietf:params:oauth:token-type:id_token']),
  requested_token_type: z.literal(ACCESS_TOKEN_TYPE).optional(),
});

/** RFC 8693, section 2.2.1. */
export const tokenAnswerSchema = z
  .object({
    /** An API key. */
    access_token: z.string(),
    issued_token_type: z.literal(ACCESS_TOKEN_TYPE),
    token_type: z.literal('Bearer'),
    /** In seconds. */
    expires_in: z.int(),
  })
  .meta({ id: 'ExchangedToken' });
