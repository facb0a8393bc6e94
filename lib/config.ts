import type { Node } from 'constructs';
import { z } from 'zod';
import { ADDRESS_POLICIES, ADDRESS_POLICY_DEFAULT } from '../lambdas/contracts/deployment/audit-address';
import { DIALECT_IDS, providerPromises } from '../lambdas/contracts/storage/catalog';
import { PRICE_LISTS } from '../lambdas/contracts/deployment/price-lists';
import { identitySchema, isReservedStage } from './identity/identity-config';
import { LOG_DAYS_MAX, PITR_DAYS_MAX, RETENTION_PROFILES, USAGE_DAYS_MAX } from './compliance/retention-profiles';

/** Ten years: a mistyped figure cannot be taken back. */
const ARCHIVE_DAYS_MAX = 3_653;

/** The periods that CloudWatch Logs offers, in days. */
const LOG_PERIODS_DAYS = [1, 3, 5, 7, 14, LOG_DAYS_MAX] as const;

const providerSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens'),
    dialect: z.enum(DIALECT_IDS),
    /** Plain HTTP only to this machine, which is how a test reaches its provider. */
    baseUrl: z
      .string()
      .regex(
        /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)(:|\/|$))/,
        'must be an https:// address, because prompts travel there',
      ),
    /** Whose price list applies. @default the provider's own id */
    catalog: z.string().optional(),
    ...providerPromises,
  })
  .refine(({ id, catalog = id }) => PRICE_LISTS.some((list) => list === catalog), {
    path: ['catalog'],
    error: `must be given, as one of ${PRICE_LISTS.join(', ')}, for a provider that has no price list of its own, because what has no price is not served`,
  });

const accountNumber = z.string().regex(/^\d{12}$/, 'must be an account number of 12 digits');

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
  /** What it is deployed to. `emulator` leaves out what lib/compliance/emulator-exclusions.ts lists, and says so. */
  target: z.enum(['aws', 'emulator'], 'must be aws or emulator').default('aws'),
  /** Where tables and functions live. @default where the caller's credentials point; the template is region-agnostic without any */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1')
    .optional(),
  account: accountNumber.optional(),
  /** The one domain of the deployment. @default CloudFront's own, with older TLS versions refused by a viewer function */
  domain: domainSchema.optional(),
  /** States that no handshake older than this succeeds, which needs a domain. @default so with a domain, not stated without */
  minimumTls: z.literal('1.3', 'must be 1.3: nothing older is served').optional(),
  /** How long records are kept; each of the three figures below goes before it. See shared/retention-profiles.ts. */
  retentionProfile: z
    .enum(
      Object.keys(RETENTION_PROFILES) as (keyof typeof RETENTION_PROFILES)[],
      `must be one of ${Object.keys(RETENTION_PROFILES).join(', ')}`,
    )
    .default('standard'),
  /** How long one request's metadata is kept, in days. @default the profile's */
  usageDays: z
    .int()
    .min(1, 'must be at least 1 day')
    .max(USAGE_DAYS_MAX, `must be at most ${USAGE_DAYS_MAX} days`)
    .optional(),
  /** How far back a table can be restored, in days. @default the profile's */
  pitrDays: z
    .int()
    .min(1, 'must be at least 1 day')
    .max(
      PITR_DAYS_MAX,
      `must be at most ${PITR_DAYS_MAX} days, because erasure within 30 days is promised for backups too`,
    )
    .optional(),
  /** How long a log line is kept, in days. @default the profile's */
  logDays: z
    .literal(
      LOG_PERIODS_DAYS,
      `must be ${LOG_PERIODS_DAYS.join(', ')}: a period that CloudWatch offers, and at most ${LOG_DAYS_MAX} days`,
    )
    .optional(),
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
  identity: identitySchema.prefault({}),
  audit: z
    .strictObject({
      /**
       * Keeps audit events in S3 too, each locked for so many days: nobody can shorten that or delete one before, the
       * account's root user included. @default no archive
       */
      archiveDays: z
        .int()
        .min(1, 'must be at least 1 day')
        .max(ARCHIVE_DAYS_MAX, `must be at most ${ARCHIVE_DAYS_MAX} days`)
        .optional(),
      /** What an event keeps of where somebody acted from: docs/audit.md. */
      addresses: z
        .enum(ADDRESS_POLICIES, `must be one of ${ADDRESS_POLICIES.join(', ')}`)
        .default(ADDRESS_POLICY_DEFAULT),
    })
    .refine(({ archiveDays, addresses }) => archiveDays === undefined || addresses !== 'full', {
      path: ['addresses'],
      error: 'cannot be full beside an archive, because nobody could erase an address from it',
    })
    .prefault({}),
  dataPlane: z
    .strictObject({
      /** Memory is the cost lever: a streamed answer is billed for its whole duration. */
      memoryMb: z.int().min(128, 'must be at least 128 MB').max(10_240, 'must be at most 10240 MB').default(128),
      /** AWS accounts whose roles may be let in to the URL for workloads, beside the deployment's own. */
      workloadAccounts: z
        .array(accountNumber)
        .refine((accounts) => new Set(accounts).size === accounts.length, 'must not name an account twice')
        .default([]),
      /** Streams at once; a function URL accepts ten requests a second for each. @default the account's pool */
      reservedConcurrency: z.int().min(1, 'must be at least 1').optional(),
    })
    .prefault({}),
  /** Raise by one, and deploy, after the origin secret was rotated: CloudFormation does not notice it by itself. */
  originSecretGeneration: z.int().min(1, 'must be at least 1').default(1),
});

/** What depends on more than one setting. */
const deployableSchema = configSchema
  .refine(({ minimumTls, domain }) => minimumTls === undefined || domain !== undefined, {
    path: ['minimumTls'],
    error: "cannot be promised without a domain, because CloudFront's own accepts older handshakes whatever it is told",
  })
  .refine(({ account, domain }) => !account || !domain || domain.certificateArn.split(':')[4] === account, {
    path: ['domain', 'certificateArn'],
    error: 'must be a certificate of the account that is deployed to',
  })
  .refine(({ stage, identity }) => identity.signInPrefix !== undefined || !isReservedStage(stage), {
    path: ['identity', 'signInPrefix'],
    error: 'must be given for this stage, because Cognito takes no sign-in address with aws, amazon or cognito in it',
  })
  .transform(({ retentionProfile, ...config }) => {
    const profile = RETENTION_PROFILES[retentionProfile];
    return {
      ...config,
      usageDays: config.usageDays ?? profile.usageDays,
      pitrDays: config.pitrDays ?? profile.pitrDays,
      logDays: config.logDays ?? profile.logDays,
    };
  });

/** What may be configured; every setting has a default. */
export type TollgateConfig = Readonly<z.input<typeof configSchema>>;

/** A whole configuration. */
export type Config = Readonly<z.infer<typeof deployableSchema>>;

/** A period of a log group, in days. */
export type LogDays = Config['logDays'];

/** The configuration cannot be deployed. One sentence for each mistake. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
}

/** @throws ConfigInvalid */
export function parseConfig(input: unknown): Config {
  const parsed = deployableSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ConfigInvalid(parsed.error.issues.map((issue) => sentence(issue)).join('\n'));
}

/** Where the configuration may come from, beside the context. */
export interface ConfigSources {
  /** What tollgate.config.ts exports. @default there is no such file */
  readonly file?: unknown;
  /** @default the process's own */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * The context key `tollgate` (an object in cdk.json, or JSON text from `cdk -c tollgate=…`) or, where that
 * says nothing, the configuration file. The two are never mixed: a deployment is described in one place.
 * Region and account fall back to those of the caller's credentials, which the CDK command announces.
 *
 * @throws ConfigInvalid
 */
export function readConfig(node: Node, { file, environment = process.env }: ConfigSources = {}): Config {
  const context: unknown = node.tryGetContext('tollgate') ?? {};
  const given = typeof context === 'string' ? parseJson(context) : context;
  const config = parseConfig(inAccount(isEmpty(given) ? (file ?? {}) : given, environment['CDK_DEFAULT_ACCOUNT']));
  const { account } = config;
  const region = config.region ?? (account === undefined ? undefined : environment['CDK_DEFAULT_REGION']);
  return { ...config, account, region };
}

/** Before the settings are checked, so that what depends on the account is checked whoever names it. */
function inAccount(settings: unknown, account: string | undefined): unknown {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return settings;
  return { ...settings, account: ('account' in settings ? settings.account : undefined) ?? account };
}

function isEmpty(settings: unknown): boolean {
  return typeof settings === 'object' && settings !== null && Object.keys(settings).length === 0;
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
