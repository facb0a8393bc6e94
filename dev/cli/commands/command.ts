import { z } from 'zod';
import { HOLD_MODES } from '../../../lambdas/contracts/deployment/hold-mode';
import { ROTATION_GRACE_SECONDS_MAX } from '../../../lambdas/contracts/http/api-keys';
import { DEPLOYMENT_CHAIN } from '../../../lambdas/contracts/storage/audit-event';
import { roleArnSchema } from '../../../lambdas/contracts/http/iam-role';
import { accountIdSchema, keyIdSchema, personIdSchema, requestIdSchema } from '../../../lambdas/contracts/storage/ids';
import { keyRulesSchema } from '../../../lambdas/contracts/http/key-rules';
import { STANDINGS } from '../../../lambdas/contracts/http/roles';
import { amount } from './amount';
import { BUDGET_COMMANDS } from './budgets-command';
import { CATALOG_COMMANDS } from './catalog-command';
import { ERASURE_COMMANDS } from './erasures-command';
import { EXPORT_COMMANDS } from './exports-command';
import { OPERATOR_COMMANDS } from './operators-command';
import { MONEY_COMMANDS } from './money-command';
import { PARKED_COMMANDS } from './parked-command';
import { RESTRICTION_COMMANDS } from './restrictions-command';
import { SUPPORT_COMMANDS } from './support-command';

const PAYMENT_ID_CHARACTERS_MAX = 200;
const USAGE_LIMIT_MAX = 100_000;
export const USAGE_LIMIT_DEFAULT = 100;

const paymentId = z
  .string()
  .max(PAYMENT_ID_CHARACTERS_MAX, `The payment ID must have at most ${PAYMENT_ID_CHARACTERS_MAX} characters.`)
  .regex(
    /^(?!req_|lease_)[\w.:-]+$/,
    'The payment ID may contain letters, digits and ._:- and must not start with req_ or lease_.',
  );
const limit = z.coerce
  .number('The limit must be a whole number.')
  .pipe(
    z
      .int('The limit must be a whole number.')
      .min(1, 'The limit must be at least 1.')
      .max(USAGE_LIMIT_MAX, `The limit must be at most ${USAGE_LIMIT_MAX}.`),
  );

const holds = z.enum(HOLD_MODES, `Give the mode as ${HOLD_MODES.join(' or ')}.`);

const chain = z
  .string()
  .refine(
    (name) => name === DEPLOYMENT_CHAIN || accountIdSchema.safeParse(name).success,
    'Name an audit log by its account ID, or as "deployment".',
  );

const role = z
  .string()
  .refine(
    (arn) => roleArnSchema.safeParse(arn).success,
    'Give the role by its ARN, such as arn:aws:iam::111122223333:role/worker.',
  );

const payer = z
  .string()
  .refine((id) => personIdSchema.safeParse(id).success, 'Give --payer as the person ID of a member, such as per_….');

const keyId = z
  .string()
  .refine((id) => keyIdSchema.safeParse(id).success, 'Invalid key ID: "keys list" shows the IDs.');

const GRACE_MESSAGE = `The grace period must be a whole number of seconds, at most ${ROTATION_GRACE_SECONDS_MAX}.`;
/** An empty string is refused: it would count as zero and end a key that is still in use. */
const graceSeconds = z
  .union([z.int(), z.string().regex(/^\d+$/).transform(Number)], GRACE_MESSAGE)
  .refine((seconds) => seconds >= 0 && seconds <= ROTATION_GRACE_SECONDS_MAX, GRACE_MESSAGE);

/**
 * A command in the form in which it is sent, as JSON, to the process that owns the data folder. The amount is a string
 * for that reason.
 */
export const commandSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('create-account'), accountId: accountIdSchema }),
  z.strictObject({ name: z.literal('holds'), accountId: z.string(), holds: holds.optional() }),
  z.strictObject({ name: z.literal('wallet'), accountId: z.string() }),
  z.strictObject({ name: z.literal('credit'), accountId: z.string(), amount, paymentId }),
  z.strictObject({ name: z.literal('usage'), accountId: z.string(), limit }),
  z.strictObject({ name: z.literal('complete-usage'), accountId: z.string() }),
  z.strictObject({
    name: z.literal('create-key'),
    accountId: z.string(),
    payer: payer.optional(),
    rules: keyRulesSchema.optional(),
  }),
  z.strictObject({
    name: z.literal('create-role-key'),
    accountId: z.string(),
    role,
    payer: payer.optional(),
    rules: keyRulesSchema.optional(),
  }),
  z.strictObject({ name: z.literal('list-keys'), accountId: z.string() }),
  z.strictObject({ name: z.literal('change-key'), accountId: z.string(), keyId, rules: keyRulesSchema }),
  z.strictObject({ name: z.literal('rotate-key'), accountId: z.string(), keyId, graceSeconds }),
  z.strictObject({ name: z.literal('revoke-key'), accountId: z.string(), keyId }),
  z.strictObject({
    name: z.literal('token'),
    as: z.enum(STANDINGS, `Give --as one of these roles: ${STANDINGS.join(', ')}.`),
  }),
  z.strictObject({ name: z.literal('verify') }),
  z.strictObject({ name: z.literal('recompute'), requestId: requestIdSchema }),
  z.strictObject({ name: z.literal('export-receipts'), accountId: z.string() }),
  z.strictObject({ name: z.literal('complete-receipts'), accountId: z.string() }),
  z.strictObject({ name: z.literal('receipt-keys') }),
  z.strictObject({ name: z.literal('verify-audit'), chain: chain.optional() }),
  z.strictObject({ name: z.literal('export-audit'), chain }),
  ...CATALOG_COMMANDS,
  ...OPERATOR_COMMANDS,
  ...PARKED_COMMANDS,
  ...MONEY_COMMANDS,
  ...EXPORT_COMMANDS,
  ...ERASURE_COMMANDS,
  ...RESTRICTION_COMMANDS,
  ...SUPPORT_COMMANDS,
  ...BUDGET_COMMANDS,
]);

export type Command = z.infer<typeof commandSchema>;

/** Sets up a deployment. A data folder needs no such step. */
export const initSchema = z.strictObject({ name: z.literal('init'), credit: amount.optional() });

export type InitCommand = z.infer<typeof initSchema>;

/** Stores the keys of Stripe, which are entered and never arguments. */
export interface PaymentKeysCommand {
  readonly name: 'payment-keys';
}

/** A command that works on a deployment only. */
export type StackCommand = InitCommand | PaymentKeysCommand;

/** Checks a file on this machine. Without `--key` the public keys come from the data folder or the deployment. */
export const verifySchema = z.strictObject({
  name: z.literal('verify-receipts'),
  file: z.string(),
  key: z.string().optional(),
});

export type VerifyCommand = z.infer<typeof verifySchema>;

/** Checks a certificate in a file on this machine, with keys as for receipts. */
export const verifyCertificateSchema = verifySchema.extend({ name: z.literal('verify-certificate') });

export type VerifyCertificateCommand = z.infer<typeof verifyCertificateSchema>;

/** Checks one file, or every file in a folder. */
export const verifyAuditFileSchema = z.strictObject({ name: z.literal('verify-audit-file'), file: z.string() });

export type VerifyAuditFileCommand = z.infer<typeof verifyAuditFileSchema>;

const STACK_MESSAGE = 'Invalid --stack: give the prefix of the three stacks, such as tollgate-prod for the stage prod.';

/** A deployment as an operator names it: the prefix that its three stacks share. */
export const stackTargetSchema = z.strictObject({
  stack: z
    .string()
    .regex(/^tollgate-[a-z][a-z0-9-]{0,15}$/, STACK_MESSAGE)
    .refine((name) => !/-(stateful|service|edge)$/.test(name), STACK_MESSAGE),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'Invalid --region: give a name such as eu-central-1.')
    .optional(),
});

export type StackTarget = z.infer<typeof stackTargetSchema>;
