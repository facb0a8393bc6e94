import type { Node } from 'constructs';
import { z } from 'zod';
import { ADDRESS_POLICIES } from '../lambdas/contracts/deployment/address-policy';
import { browserOriginsSchema } from '../lambdas/contracts/deployment/browser-origins';
import { erasureSettingsSchema } from '../lambdas/contracts/deployment/erasure-settings';
import { HOLD_MODE_DEFAULT, holdModeSchema } from '../lambdas/contracts/deployment/hold-mode';
import { quotaNeeded } from './constructs/concurrency';
import { providerSchema } from './data-plane/provider-config';
import { domainSchema } from './edge/domain-config';
import { identitySchema, isReservedStage } from './identity/identity-config';
import { paymentsSchema } from './payments/payments-config';
import {
  brokenPromises,
  LOG_DAYS_MAX,
  PITR_DAYS_MAX,
  POLICY_PROFILES,
  type PolicyProfile,
  USAGE_DAYS_MAX,
  withPromised,
} from './policy-profiles';
import { statisticsSchema } from './usage/statistics-config';

/** Ten years. The limit catches a mistyped number, because a lock cannot be shortened. */
const ARCHIVE_DAYS_MAX = 3_653;

/** The periods that CloudWatch Logs offers, in days. */
const LOG_PERIODS_DAYS = [1, 3, 5, 7, 14, LOG_DAYS_MAX] as const;

const accountNumber = z.string().regex(/^\d{12}$/, 'must be an AWS account number of 12 digits');

/** Describes one deployment. Every setting has a default, so that `cdk deploy` works without a configuration. */
const configSchema = z.strictObject({
  /** The name of the deployment. Several deployments may share an AWS account. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,15}$/, 'must be 1 to 16 lower-case letters, digits and hyphens')
    .default('prod'),
  /** `emulator` leaves out the resources that lib/compliance/emulator-exclusions.ts lists, and prints them. */
  target: z.enum(['aws', 'emulator'], 'must be aws or emulator').default('aws'),
  /** The region of tables and functions. @default the region of the caller's credentials; without any the templates are region-agnostic */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1')
    .optional(),
  account: accountNumber.optional(),
  /** The domain of the deployment. @default CloudFront's own, where a viewer function refuses older TLS versions */
  domain: domainSchema.optional(),
  /** Requires that no older TLS handshake succeeds, which needs a domain. @default required with a domain, not without */
  minimumTls: z.literal('1.3', 'must be 1.3, because no older version is served').optional(),
  /**
   * The promises of a privacy policy, in lib/policy-profiles.ts. A profile gives the defaults of the settings that it is
   * about. These settings can be stricter, but not laxer; docs/privacy.md has the notice of each profile. @default none
   */
  policyProfile: z
    .enum(Object.keys(POLICY_PROFILES) as PolicyProfile[], `must be one of ${Object.keys(POLICY_PROFILES).join(', ')}`)
    .optional(),
  /** How long a usage record is kept, in days. @default the profile's, or 90 */
  usageDays: z.int().min(1, 'must be at least 1 day').max(USAGE_DAYS_MAX, `must be at most ${USAGE_DAYS_MAX} days`),
  /** How far back a table can be restored, in days. @default the profile's, or 28 */
  pitrDays: z
    .int()
    .min(1, 'must be at least 1 day')
    .max(PITR_DAYS_MAX, `must be at most ${PITR_DAYS_MAX} days, because erasure within 30 days includes backups`),
  /** How long a log line is kept, in days. @default the profile's, or 30 */
  logDays: z.literal(
    LOG_PERIODS_DAYS,
    `must be one of ${LOG_PERIODS_DAYS.join(', ')}, the periods up to ${LOG_DAYS_MAX} days that CloudWatch Logs offers`,
  ),
  /**
   * How many executions Lambda runs at a time for the AWS account in the region (quota L-B99A9384). With it, a few are
   * reserved for the sweeper, the sealer and the control plane, which streams could otherwise stop, and an alarm watches
   * what is left. @default unknown: none are reserved, because a new account may have ten
   */
  lambdaConcurrency: z.int().min(1, 'must be at least 1').optional(),
  /** Receives an email for each alarm. @default none: alarms are seen in CloudWatch only */
  alarmEmail: z.email('must be an email address').optional(),
  /** The providers. The provider-keys secret contains a key for each of these IDs. */
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
  /** People buy credit with Stripe; see docs/deploy.md. @default off: only an operator adds credit */
  payments: paymentsSchema.optional(),
  /** How much of a client's IP address the audit log and every other log keep; see docs/observability.md. */
  addresses: z.enum(ADDRESS_POLICIES, `must be one of ${ADDRESS_POLICIES.join(', ')}`),
  audit: z
    .strictObject({
      /**
       * Also keeps audit events in S3, each locked for this many days. No principal can shorten the lock or delete an
       * event before it ends, not even the AWS account's root user. @default no archive
       */
      archiveDays: z
        .int()
        .min(1, 'must be at least 1 day')
        .max(ARCHIVE_DAYS_MAX, `must be at most ${ARCHIVE_DAYS_MAX} days`)
        .optional(),
    })
    .prefault({}),
  /** How long an erasure can be cancelled, and what happens to the credit of the account; see docs/deploy.md. */
  erasure: erasureSettingsSchema.prefault({}),
  /** Anonymised usage of all accounts together; see docs/usage.md. */
  statistics: statisticsSchema,
  dataPlane: z
    .strictObject({
      /**
       * The memory of each function. It determines the cost, because a streamed answer is billed for its whole duration.
       * Answers of any size pass in 128 MB; requests of several megabytes need the default, see docs/deploy.md.
       */
      memoryMb: z.int().min(128, 'must be at least 128 MB').max(10_240, 'must be at most 10240 MB').default(256),
      /** How much of an account's money a request holds while it runs; see docs/money.md. */
      holds: holdModeSchema.default(HOLD_MODE_DEFAULT),
      /** Whether CloudWatch counts requests, errors, tokens, times and costs; see docs/observability.md for its price. */
      metrics: z.boolean().default(true),
      /** AWS accounts, in addition to the deployment's own, that may allow their roles to call the URL for workloads. */
      workloadAccounts: z
        .array(accountNumber)
        .refine((accounts) => new Set(accounts).size === accounts.length, 'must not name an account twice')
        .default([]),
      /**
       * The origins whose pages may call the gateway from a browser, such as `https://app.example.com`. Such a page has to
       * hold a key. @default none
       */
      browserOrigins: browserOriginsSchema.default([]),
      /** The number of concurrent streams; a function URL accepts ten requests a second for each. @default the account's pool */
      reservedConcurrency: z.int().min(1, 'must be at least 1').optional(),
    })
    .prefault({}),
  /** Raise it by one and deploy after rotating the origin secret, because CloudFormation does not notice the new value. */
  originSecretGeneration: z.int().min(1, 'must be at least 1').default(1),
});

/** Adds the rules that involve more than one setting. */
const deployableSchema = configSchema
  .refine(({ audit, addresses }) => audit.archiveDays === undefined || addresses !== 'full', {
    path: ['addresses'],
    error: 'cannot be full with an archive of the audit log, because no address could be erased from it',
  })
  .refine(({ minimumTls, domain }) => minimumTls === undefined || domain !== undefined, {
    path: ['minimumTls'],
    error: "needs a domain, because CloudFront's own domain always accepts older handshakes",
  })
  .refine(
    ({ lambdaConcurrency, dataPlane }) =>
      lambdaConcurrency === undefined || lambdaConcurrency >= quotaNeeded(dataPlane.reservedConcurrency),
    {
      path: ['lambdaConcurrency'],
      error: ({ input }) =>
        `must be at least ${quotaNeeded((input as z.infer<typeof configSchema>).dataPlane.reservedConcurrency)}, because Lambda keeps 100 executions unreserved; raise the quota first, and leave the setting out until then`,
    },
  )
  .refine(({ target, payments }) => payments?.apiUrl === undefined || target === 'emulator', {
    path: ['payments', 'apiUrl'],
    error: 'applies only to the emulator: a deployment to AWS calls Stripe itself',
  })
  .refine(({ account, domain }) => !account || !domain || domain.certificateArn.split(':')[4] === account, {
    path: ['domain', 'certificateArn'],
    error: 'must be a certificate of the AWS account to which you deploy',
  })
  .refine(({ stage, identity }) => identity.signInPrefix !== undefined || !isReservedStage(stage), {
    path: ['identity', 'signInPrefix'],
    error:
      'must be given for this stage, because Cognito refuses a sign-in address that contains aws, amazon or cognito',
  })
  .superRefine(({ policyProfile, ...settings }, context) => {
    if (policyProfile === undefined) return;
    for (const { path, rule } of brokenPromises(policyProfile, settings))
      context.addIssue({
        code: 'custom',
        path: [...path],
        message: `${rule}, as the policy profile ${policyProfile} promises`,
      });
  });

/** The settings of a deployment, all of them optional. */
export type TollgateConfig = Readonly<Partial<z.input<typeof configSchema>>>;

/** A valid configuration with all defaults filled in. */
export type Config = Readonly<z.infer<typeof deployableSchema>>;

/** A retention that a log group may have, in days. */
export type LogDays = Config['logDays'];

/** The configuration is invalid. The message has one sentence for each mistake. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
}

/**
 * Validates settings and fills in the defaults.
 *
 * @throws ConfigInvalid
 */
export function parseConfig(input: unknown): Config {
  const parsed = deployableSchema.safeParse(withPromised(input));
  if (parsed.success) return parsed.data;
  throw new ConfigInvalid(parsed.error.issues.map((issue) => sentence(issue)).join('\n'));
}

/** Sources of the configuration other than the context. */
export interface ConfigSources {
  /** The export of tollgate.config.ts. @default none: the file does not exist */
  readonly file?: unknown;
  /** @default the process's environment */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Reads the configuration from the context key `tollgate` (an object in cdk.json, or JSON from `cdk -c tollgate=…`) or, if
 * that is empty, from the configuration file. The two are never merged, so that a deployment is described in one place.
 * Region and account default to those of the caller's credentials, which the CDK command puts into the environment.
 *
 * @throws ConfigInvalid
 */
export function readConfig(node: Node, { file, environment = process.env }: ConfigSources = {}): Config {
  const context: unknown = node.tryGetContext('tollgate') ?? {};
  const parsed = typeof context === 'string' ? parseJson(context) : context;
  const config = parseConfig(withAccount(isEmpty(parsed) ? (file ?? {}) : parsed, environment['CDK_DEFAULT_ACCOUNT']));
  const { account } = config;
  const region = config.region ?? (account === undefined ? undefined : environment['CDK_DEFAULT_REGION']);
  return { ...config, account, region };
}

/** Runs before validation, so that the rules about the account apply whichever source names it. */
function withAccount(settings: unknown, account: string | undefined): unknown {
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
    throw new ConfigInvalid('tollgate: the context value must be JSON, such as {"stage":"test"}.');
  }
}

function sentence(issue: z.core.$ZodIssue): string {
  const path = ['tollgate', ...issue.path].join('.');
  if (issue.code === 'unrecognized_keys') return `${path}: unknown setting ${issue.keys.join(', ')}.`;
  return `${path}: ${issue.message}.`;
}
