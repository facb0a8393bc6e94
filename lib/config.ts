import type { Node } from 'constructs';
import { z } from 'zod';
import { DIALECTS } from '../lambdas/contracts/catalog';

/** Erasure is promised within 30 days, backups included; two days are left for what deletes late. */
const PITR_DAYS_MAX = 28;
const LOG_DAYS_MAX = 30;
const USAGE_DAYS_MAX = 366;
/** The periods that CloudWatch Logs offers, in days. */
const LOG_PERIODS_DAYS = [1, 3, 5, 7, 14, LOG_DAYS_MAX] as const;

const providerSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens'),
  dialect: z.enum(DIALECTS),
  /** Plain HTTP only to this machine, which is how a test reaches its provider. */
  baseUrl: z
    .string()
    .regex(
      /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)(:|\/|$))/,
      'must be an https:// address, because prompts travel there',
    ),
});

const domainSchema = z.strictObject({
  name: z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a host name such as gateway.example.com'),
  certificateArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
      'must be an ACM certificate in us-east-1, because CloudFront takes no other',
    ),
});

/** What one deployment is. Everything has a default, so that `cdk deploy` works on an empty configuration. */
const configSchema = z.strictObject({
  /** Names the deployment; several may share an account. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,15}$/, 'must be 1 to 16 lower-case letters, digits and hyphens')
    .default('prod'),
  /** What it is deployed to. `emulator` leaves out what lib/shared/emulator-exclusions.ts lists, and says so. */
  target: z.enum(['aws', 'emulator'], 'must be aws or emulator').default('aws'),
  /** Where tables and functions live. @default where the caller's credentials point; the template is region-agnostic without any */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1')
    .optional(),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be an account number of 12 digits')
    .optional(),
  /** The one domain of the deployment. @default CloudFront's own, with older TLS versions refused by a viewer function */
  domain: domainSchema.optional(),
  /** How long one request's metadata is kept, in days. */
  usageDays: z
    .int()
    .min(1, 'must be at least 1 day')
    .max(USAGE_DAYS_MAX, `must be at most ${USAGE_DAYS_MAX} days`)
    .default(90),
  /** How far back a table can be restored, in days. */
  pitrDays: z
    .int()
    .min(1, 'must be at least 1 day')
    .max(
      PITR_DAYS_MAX,
      `must be at most ${PITR_DAYS_MAX} days, because erasure within 30 days is promised for backups too`,
    )
    .default(PITR_DAYS_MAX),
  /** How long a log line is kept, in days. */
  logDays: z
    .literal(
      LOG_PERIODS_DAYS,
      `must be ${LOG_PERIODS_DAYS.join(', ')}: a period that CloudWatch offers, and at most ${LOG_DAYS_MAX} days`,
    )
    .default(LOG_DAYS_MAX),
  /** Who is told of an alarm. @default nobody: alarms are seen in CloudWatch only */
  alarmEmail: z.email('must be an e-mail address').optional(),
  /** The upstreams; their keys are put into the provider-keys secret, under these ids. */
  providers: z
    .array(providerSchema)
    .min(1, 'must name at least one provider')
    .refine(
      (providers) => new Set(providers.map(({ id }) => id)).size === providers.length,
      'must not name a provider twice',
    )
    .default([
      { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
      { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
    ]),
  dataPlane: z
    .strictObject({
      /** Memory is the cost lever: a streamed answer is billed for its whole duration. */
      memoryMb: z.int().min(128, 'must be at least 128 MB').max(10_240, 'must be at most 10240 MB').default(128),
      /** Streams at once; a function URL accepts ten requests a second for each. @default the account's pool */
      reservedConcurrency: z.int().min(1, 'must be at least 1').optional(),
    })
    .prefault({}),
  /** Raise by one, and deploy, after the origin secret was rotated: CloudFormation does not notice it by itself. */
  originSecretGeneration: z.int().min(1, 'must be at least 1').default(1),
});

export type Config = Readonly<z.infer<typeof configSchema>>;

/** A period of a log group, in days. */
export type LogDays = Config['logDays'];

/** The configuration cannot be deployed. One sentence for each mistake. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
}

/** @throws ConfigInvalid */
export function parseConfig(input: unknown): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ConfigInvalid(parsed.error.issues.map((issue) => sentence(issue)).join('\n'));
}

/**
 * Reads the context key `tollgate`: an object in cdk.json, or JSON text from `cdk -c tollgate=…`.
 * Region and account fall back to those of the caller's credentials, which the CDK command announces.
 *
 * @throws ConfigInvalid
 */
export function readConfig(node: Node, environment: NodeJS.ProcessEnv = process.env): Config {
  const context: unknown = node.tryGetContext('tollgate') ?? {};
  const given = typeof context === 'string' ? parseJson(context) : context;
  const config = parseConfig(given);
  const account = config.account ?? environment['CDK_DEFAULT_ACCOUNT'];
  const region = config.region ?? (account === undefined ? undefined : environment['CDK_DEFAULT_REGION']);
  return { ...config, account, region };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigInvalid('tollgate: the context value must be JSON, {"stage":"test"} for one.');
  }
}

function sentence(issue: z.core.$ZodIssue): string {
  const path = ['tollgate', ...issue.path].join('.');
  if (issue.code === 'unrecognized_keys') return `${path}: no such setting: ${issue.keys.join(', ')}.`;
  return `${path}: ${issue.message}.`;
}
