import { resolve } from 'node:path';
import { z } from 'zod';
import { DURABILITIES, type Durability } from '../../lambdas/adapters/embedded/file-commits';
import { browserOriginsSchema } from '../../lambdas/contracts/deployment/browser-origins';
import {
  BALANCE_POLICIES,
  type ErasureSettings,
  erasureSettingsSchema,
} from '../../lambdas/contracts/deployment/erasure-settings';
import { HOLD_MODE_DEFAULT, type HoldMode, holdModeSchema } from '../../lambdas/contracts/deployment/hold-mode';
import { type PlanSettings, plansSchema } from '../../lambdas/contracts/deployment/plans';
import { type ProviderSettings, regionSchema } from '../../lambdas/contracts/storage/catalog';
import {
  burstTokensSchema,
  deliverySchema,
  type ProviderPace,
  tokensPerSecondSchema,
} from '../../lambdas/contracts/storage/provider-pace';

/** A variable is invalid. The message names it but never repeats its value, which may be a key. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
}

/** A provider that the environment configures. Without a key, requests to it carry no credentials. */
export interface LocalProvider {
  readonly settings: ProviderSettings;
  readonly apiKey?: string;
}

/** The Stripe account that receives payments. */
export interface StripeSettings {
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly automaticTax: boolean;
  /** The plans that accounts can subscribe to. */
  readonly plans: readonly PlanSettings[];
}

/** Everything that a local run reads from its environment. */
export interface Settings {
  /** 0 picks any free port. */
  readonly port: number;
  /** An absolute path. */
  readonly dataFolder: string;
  /** The longest that a request may take. The provider is stopped ten seconds earlier, to leave time to settle. */
  readonly requestSeconds: number;
  /** Says whether an acknowledged charge survives a power failure. */
  readonly durability: Durability;
  /** How much of an account's money a request holds while it runs. */
  readonly holds: HoldMode;
  /** The origins whose pages may call the gateway from a browser. */
  readonly browserOrigins: readonly string[];
  /** Empty when the environment configures none; the demo provider answers then. */
  readonly providers: readonly LocalProvider[];
  /** How long an erasure can be cancelled, and what happens to the credit of the account. */
  readonly erasure: ErasureSettings;
  /** @default a stand-in that runs in the process */
  readonly stripe?: StripeSettings | undefined;
}

/** The longest that a Lambda function can run. */
const REQUEST_SECONDS_MAX = 900;
/** Ten seconds are reserved for settling, so this leaves one for the provider. */
const REQUEST_SECONDS_MIN = 11;

const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.int().min(min, message).max(max, message));
};

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

const digits = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);

const baseUrl = z.string().refine(isBaseUrl, 'must be an http or https URL without credentials, query or fragment');
/** Keys are sent in a header, which allows no other characters. */
const apiKey = z.string().regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

const environmentSchema = z.object({
  PORT: wholeNumber(0, 65_535).default(8787),
  TOLLGATE_DATA: z.string().default('.tollgate'),
  TOLLGATE_REQUEST_SECONDS: wholeNumber(REQUEST_SECONDS_MIN, REQUEST_SECONDS_MAX).default(REQUEST_SECONDS_MAX),
  TOLLGATE_DURABILITY: z.enum(DURABILITIES, `must be ${DURABILITIES.join(' or ')}`).default('power-loss'),
  TOLLGATE_HOLDS: holdModeSchema.default(HOLD_MODE_DEFAULT),
  TOLLGATE_BROWSER_ORIGINS: z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .pipe(browserOriginsSchema)
    .default([]),
  TOLLGATE_ERASURE_GRACE_DAYS: digits.pipe(erasureSettingsSchema.shape.graceDays.unwrap()).optional(),
  TOLLGATE_ERASURE_BALANCE: z.enum(BALANCE_POLICIES, `must be ${BALANCE_POLICIES.join(', ')}`).optional(),
  OPENAI_API_KEY: apiKey.optional(),
  OPENAI_BASE_URL: baseUrl.optional(),
  OPENAI_REGION: regionSchema.optional(),
  OPENAI_ZERO_DATA_RETENTION: z.stringbool('must be true or false').optional(),
  OPENAI_BURST_TOKENS: digits.pipe(burstTokensSchema).optional(),
  OPENAI_TOKENS_PER_SECOND: digits.pipe(tokensPerSecondSchema).optional(),
  OPENAI_DELIVERY: deliverySchema.optional(),
  STRIPE_API_KEY: apiKey.regex(/^(?:sk|rk)_(?:test|live)_/, 'must be a secret or restricted key of Stripe').optional(),
  STRIPE_WEBHOOK_SECRET: apiKey.regex(/^whsec_.{10,}/, 'must be the signing secret of a webhook').optional(),
  STRIPE_PLANS: json.pipe(plansSchema).default([]),
  STRIPE_AUTOMATIC_TAX: z.stringbool('must be true or false').default(false),
  ANTHROPIC_API_KEY: apiKey.optional(),
  ANTHROPIC_BASE_URL: baseUrl.optional(),
  ANTHROPIC_REGION: regionSchema.optional(),
  ANTHROPIC_ZERO_DATA_RETENTION: z.stringbool('must be true or false').optional(),
  ANTHROPIC_BURST_TOKENS: digits.pipe(burstTokensSchema).optional(),
  ANTHROPIC_TOKENS_PER_SECOND: digits.pipe(tokensPerSecondSchema).optional(),
  ANTHROPIC_DELIVERY: deliverySchema.optional(),
});

/**
 * Reads the settings of a local run. Nothing else in dev/ reads the environment. An empty variable counts as unset.
 * @throws InvalidSettings when a variable has an invalid value
 */
export function readSettings(source: NodeJS.ProcessEnv = process.env): Settings {
  const variables = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim() !== ''));
  const parsed = environmentSchema.safeParse(variables);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidSettings(`${issue?.path[0]?.toString() ?? 'The environment'} ${issue?.message ?? 'is wrong'}.`);
  }
  const environment = parsed.data;
  const openai = provider('openai', 'https://api.openai.com/v1', {
    url: environment.OPENAI_BASE_URL,
    key: environment.OPENAI_API_KEY,
    region: environment.OPENAI_REGION,
    zeroDataRetention: environment.OPENAI_ZERO_DATA_RETENTION,
    pace: {
      burstTokens: environment.OPENAI_BURST_TOKENS,
      tokensPerSecond: environment.OPENAI_TOKENS_PER_SECOND,
      delivery: environment.OPENAI_DELIVERY,
    },
  });
  const anthropic = provider('anthropic', 'https://api.anthropic.com', {
    url: environment.ANTHROPIC_BASE_URL,
    key: environment.ANTHROPIC_API_KEY,
    region: environment.ANTHROPIC_REGION,
    zeroDataRetention: environment.ANTHROPIC_ZERO_DATA_RETENTION,
    pace: {
      burstTokens: environment.ANTHROPIC_BURST_TOKENS,
      tokensPerSecond: environment.ANTHROPIC_TOKENS_PER_SECOND,
      delivery: environment.ANTHROPIC_DELIVERY,
    },
  });
  return {
    port: environment.PORT,
    dataFolder: resolve(environment.TOLLGATE_DATA),
    requestSeconds: environment.TOLLGATE_REQUEST_SECONDS,
    durability: environment.TOLLGATE_DURABILITY,
    holds: environment.TOLLGATE_HOLDS,
    browserOrigins: environment.TOLLGATE_BROWSER_ORIGINS,
    providers: [...openai, ...anthropic],
    erasure: erasureSettingsSchema.parse({
      graceDays: environment.TOLLGATE_ERASURE_GRACE_DAYS,
      balance: environment.TOLLGATE_ERASURE_BALANCE,
    }),
    stripe: stripeOf(environment),
  };
}

/** @throws InvalidSettings when there is an API key but no webhook secret: payments would never be credited */
function stripeOf(environment: z.infer<typeof environmentSchema>): StripeSettings | undefined {
  const { STRIPE_API_KEY: key, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_PLANS: plans } = environment;
  if (key === undefined) return undefined;
  if (webhookSecret === undefined) throw new InvalidSettings('STRIPE_WEBHOOK_SECRET must be set with STRIPE_API_KEY.');
  return { apiKey: key, webhookSecret, automaticTax: environment.STRIPE_AUTOMATIC_TAX, plans };
}

/** @returns the API key for the smoke test, or undefined when the environment has none */
export function readClientKey(source: NodeJS.ProcessEnv = process.env): string | undefined {
  const key = source['TOLLGATE_KEY'];
  return key?.trim() === '' ? undefined : key;
}

/** The variables that configure one provider. */
interface ProviderVariables {
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly region: string | undefined;
  readonly zeroDataRetention: boolean | undefined;
  readonly pace: Pick<ProviderPace, 'burstTokens' | 'tokensPerSecond' | 'delivery'>;
}

/** A base URL without a key is enough, because a provider on this machine may need none. */
function provider(id: 'openai' | 'anthropic', official: string, given: ProviderVariables): LocalProvider[] {
  const { url, key, region, zeroDataRetention, pace } = given;
  if (url === undefined && key === undefined) return [];
  const settings = {
    id,
    dialect: id,
    baseUrl: url ?? official,
    ...(region !== undefined && { region }),
    ...(zeroDataRetention !== undefined && { zeroDataRetention }),
    ...((pace.burstTokens ?? pace.tokensPerSecond ?? pace.delivery) !== undefined && { pace }),
  };
  return [key === undefined ? { settings } : { settings, apiKey: key }];
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}
