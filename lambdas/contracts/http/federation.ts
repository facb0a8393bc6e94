import { z } from 'zod';
import { accountIdSchema, personIdSchema, trustIdSchema } from '../storage/ids';
import { keyRulesSchema } from './key-rules';
import { isPublicUrl } from './public-url';
import { line } from './text';

export const EXCHANGED_KEY_SECONDS_MAX = 3_600;
const EXCHANGED_KEY_SECONDS_MIN = 60;
const EXCHANGED_KEY_SECONDS_DEFAULT = 900;
const CLAIMS_MAX = 10;
const TEXT_CHARACTERS_MAX = 255;

/**
 * Issuers whose tokens anybody can get: what a subject must begin with, so that it names an owner.
 * @see https://docs.github.com/en/actions/concepts/security/openid-connect
 */
const SHARED_ISSUERS: ReadonlyMap<string, RegExp> = new Map([
  ['https://token.actions.githubusercontent.com', /^repo:[^/*]{1,100}\//],
  ['https://gitlab.com', /^project_path:[^/*]{1,200}\//],
]);

const plain = line(TEXT_CHARACTERS_MAX);

/** Whose tokens an account takes in the place of a stored key, and what key a token yields. */
export const newTrustSchema = z
  .strictObject({
    name: line(100).describe('For people.'),
    issuer: z
      .string()
      .max(TEXT_CHARACTERS_MAX)
      .refine(isPublicUrl, 'must be the https:// address of a public host, without port, query and fragment')
      .describe('As the tokens name it, to the letter. Its keys are found by its discovery document.'),
    audience: plain.describe('What the tokens must be made for.'),
    subject: plain
      .refine((pattern) => !pattern.startsWith('*'), 'must not begin with a *')
      .describe('What `sub` must be. A `*` stands for anything but a colon, at the end for anything.'),
    claims: z
      .record(z.string().regex(/^[A-Za-z_][\w.:/-]{0,99}$/, 'must be a claim’s name'), plain)
      .refine((claims) => Object.keys(claims).length <= CLAIMS_MAX, `must be at most ${CLAIMS_MAX}`)
      .default({})
      .describe('Claims that must be there, with exactly these texts.'),
    singleUse: z
      .boolean()
      .default(true)
      .describe('Whether a token is taken once, by its `jti`. Kubernetes gives a pod one token for many starts.'),
    keySeconds: z
      .int()
      .min(EXCHANGED_KEY_SECONDS_MIN)
      .max(EXCHANGED_KEY_SECONDS_MAX)
      .default(EXCHANGED_KEY_SECONDS_DEFAULT)
      .describe('How long a key lives that a token yields.'),
    rules: keyRulesSchema.optional().describe('What such keys may do, counted for all of the trust’s keys together.'),
  })
  .refine(({ issuer, subject }) => SHARED_ISSUERS.get(issuer.replace(/\/$/, ''))?.test(subject) ?? true, {
    path: ['subject'],
    error: 'must name an owner, as in repo:<owner>/…, because everybody gets tokens of this issuer',
  })
  .meta({ id: 'NewTrust' });

export const trustSchema = z
  .object({
    ...newTrustSchema.shape,
    trustId: trustIdSchema,
    createdAt: z.iso.datetime(),
    /** Absent when a command did. */
    createdBy: personIdSchema.optional(),
  })
  .meta({ id: 'Trust' });

export type NewTrust = Readonly<z.infer<typeof newTrustSchema>>;
export type Trust = Readonly<z.infer<typeof trustSchema>>;

export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
export const SUBJECT_TOKEN_CHARACTERS_MAX = 16_384;

/** Which trust a token is exchanged by: `<accountId>/<trustId>`. */
export const trustNameSchema = z.templateLiteral(
  [accountIdSchema, '/', trustIdSchema],
  'must be <accountId>/<trustId>',
);

/** RFC 8693, section 2.1. What is not named here is not looked at, as that page has it. */
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
