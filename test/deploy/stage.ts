import OpenAI from 'openai';
import { ulid } from 'ulid';
import type { ProviderSettings } from '../../lambdas/contracts/storage/catalog';
import type { ErasureSettings } from '../../lambdas/contracts/deployment/erasure-settings';
import type { Env, PROXY_ENV, SWEEP_ENV, WORKLOADS_ENV } from '../../lambdas/contracts/deployment/environment';
import { isoTime } from '../../lambdas/contracts/storage/table-keys/key-parts';
import { pythonEnvironment } from '../../dev/tools/python/python-environment';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { CHAT_MODEL, costOf, priceOf } from '../e2e/local-run';
import { Upstream } from '../e2e/upstream';
import { Cdk, readOutputs } from './cdk';
import { type TestAccount, Deployment, USAGE_DAYS } from './deployment';
import { type Emulator, startEmulator } from './emulator';
import { EMULATOR } from './emulator-program';
import { tollgate } from './tollgate-command';

const PROVIDER = 'openai';
export const PROVIDER_KEY = 'the-providers-own-key';
export const CREDIT_PICO = 5_000_000_000_000n;
/** The usage that the provider reports for every answer, and its cost. */
export const REPORTED = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
export const COST_PICO = costOf(priceOf(PROVIDER, CHAT_MODEL), { input: 11, output: 7 });
export const PROMPT = 'a prompt that nobody may keep';
export const ANSWER = ['an answer that ', 'nobody may keep either'];

export const CHAT = {
  model: CHAT_MODEL,
  stream: true as const,
  messages: [{ role: 'user' as const, content: PROMPT }],
};

/** A deployment, its provider and its first account. */
export interface Stage {
  readonly upstream: Upstream;
  readonly emulator: Emulator;
  readonly cdk: Cdk;
  readonly config: {
    readonly providers: readonly ProviderSettings[];
    readonly erasure: ErasureSettings;
    readonly addresses: 'full';
  };
  /** The output of the first deployment. */
  readonly printed: string;
  readonly deployment: Deployment;
  readonly account: TestAccount;
  readonly originSecret: string;
}

/** @param onStop receives the function that stops each part, as soon as the part runs */
export async function openStage(onStop: (stop: () => Promise<void> | void) => void): Promise<Stage> {
  const upstream = await Upstream.start();
  onStop(() => upstream.stop());
  const emulator = await startEmulator(await pythonEnvironment(EMULATOR));
  onStop(() => emulator.stop());
  const cdk = new Cdk(emulator);
  const config = {
    providers: [{ id: PROVIDER, dialect: PROVIDER, baseUrl: `${upstream.url}/v1` }],
    erasure: { graceDays: 0, balance: 'forfeit' },
    // Only then the firewall has a log, which the emulator refuses.
    addresses: 'full',
  } as const;
  await cdk.bootstrap();
  const printed = await cdk.deploy(config);
  const deployment = new Deployment(emulator.endpoint, readOutputs());
  onStop(() => deployment.close());
  const account = (await initialise(emulator)) as TestAccount;
  const originSecret = await deployment.originSecret();
  return { upstream, emulator, cdk, config, printed, deployment, account, originSecret };
}

/** Runs the operator's first command, which stores the provider's key and prints the first account and its key. */
export function initialise(
  emulator: Emulator,
  { stage, region }: { readonly stage?: string; readonly region?: string } = {},
): Promise<unknown> {
  const where = region === undefined ? [] : ['--region', region];
  const command = [...where, 'init', '--credit', formatUsd(CREDIT_PICO)];
  return tollgate(emulator.endpoint, command, `${PROVIDER}=${PROVIDER_KEY}\n`, stage);
}

/** The address of the data plane's function, which the edge would call. */
export function dataPlaneOf({ deployment, emulator }: Stage): string {
  return dataPlaneAt(emulator, deployment.output('DataPlaneUrl'));
}

/** The address at which the emulator serves the URL of a function. */
export function dataPlaneAt({ endpoint }: Emulator, functionUrl: string): string {
  const [id = ''] = new URL(functionUrl).hostname.split('.');
  return `${endpoint}/_aws/lambda-url/${id}`;
}

/** A client that calls the function directly and adds the header that the edge would add. */
export function openaiOf(stage: Stage, { apiKey }: { readonly apiKey: string } = stage.account): OpenAI {
  const defaultHeaders = { [ORIGIN_SECRET_HEADER]: stage.originSecret };
  return new OpenAI({ apiKey, baseURL: `${dataPlaneOf(stage)}/v1`, maxRetries: 0, defaultHeaders });
}

/** A request that crashed. The deadline of its hold has passed. */
export interface DeadRequest {
  readonly accountId: string;
  readonly requestId: string;
}

/** Leaves the hold of a crashed request in a new account. */
export async function deadRequest({ deployment }: Stage): Promise<DeadRequest> {
  const { accountId } = await deployment.newAccount(CREDIT_PICO);
  const now = Date.now();
  const requestId = `req_${ulid(now)}`;
  const request = {
    keyId: ulid(now),
    endpoint: 'chat',
    model: CHAT_MODEL,
    provider: PROVIDER,
    streamed: true,
  } as const;
  await deployment.wallet.reserve({
    accountId,
    requestId,
    holdPico: COST_PICO,
    deadline: now - 1,
    request: { ...request, at: isoTime(now), priceVersion: 'any' },
  });
  return { accountId, requestId };
}

/** The environment that the stack gives to the sweeper. */
export function sweepEnvironment({ deployment }: Stage): Env<typeof SWEEP_ENV> {
  const { wallet, keys, usage } = deployment.tableNames;
  return { WALLET_TABLE: wallet, KEYS_TABLE: keys, USAGE_TABLE: usage, USAGE_RETENTION_DAYS: String(USAGE_DAYS) };
}

/** The environment that the stack gives to the data plane. */
export function proxyEnvironment(stage: Stage): Env<typeof PROXY_ENV> {
  const { deployment } = stage;
  return {
    ...workloadsEnvironment(stage),
    KEY_PEPPER_SECRET: deployment.output('KeyPepperSecret'),
    ORIGIN_SECRET: deployment.output('OriginSecret'),
    BROWSER_ORIGINS: 'none',
  };
}

/** The environment that the stack gives to the function for workloads. */
export function workloadsEnvironment(stage: Stage): Env<typeof WORKLOADS_ENV> {
  const { deployment, config } = stage;
  return {
    ...sweepEnvironment(stage),
    ACCOUNTS_TABLE: deployment.tableNames.accounts,
    CATALOG_TABLE: deployment.tableNames.catalog,
    PROVIDER_KEYS_SECRET: deployment.output('ProviderKeysSecret'),
    PROVIDERS: JSON.stringify(config.providers),
    HOLDS: 'rolling',
    METRICS_NAMESPACE: 'Tollgate/test',
  };
}
