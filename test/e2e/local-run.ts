import { rmSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { type LocalGateway, startLocalGateway } from '../../dev/local/gateway/local-gateway';
import { openReadOnlyServices } from '../../dev/local/gateway/local-services';
import type { HostLimits } from '../../dev/local/gateway/open-requests';
import { readSettings } from '../../dev/local/settings';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { PRICE_LIST } from '../../lambdas/domain/catalog/price-list';
import type { UsageRecord } from '../../lambdas/contracts/storage/usage-record';
import type { Balance } from '../../lambdas/domain/wallet/balance/balance';
import { verifyLedger } from '../../lambdas/domain/wallet/verify/verify-ledger';
import { temporaryFolder } from './temporary-folder';
import { until } from './until';
import { Upstream } from './upstream';

export const CHAT_MODEL = 'gpt-4o-mini';
export const MESSAGES_MODEL = 'claude-haiku-4-5';
export const EMBEDDINGS_MODEL = 'text-embedding-3-small';

/** A gateway inside the test process, on its own folder, with one scripted provider for both dialects. */
export interface LocalRun {
  readonly upstream: Upstream;
  readonly gateway: LocalGateway;
  readonly folder: string;
  /** Every line that the gateway has logged. */
  readonly log: string[];
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  stop(): Promise<void>;
}

export async function startLocalRun(
  environment: { readonly [name: string]: string } = {},
  limits: Partial<HostLimits> = {},
): Promise<LocalRun> {
  const upstream = await Upstream.start();
  const folder = temporaryFolder();
  const log: string[] = [];
  const settings = readSettings({
    PORT: '0',
    TOLLGATE_DATA: folder,
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    OPENAI_API_KEY: 'provider-key-openai',
    ANTHROPIC_BASE_URL: upstream.url,
    ANTHROPIC_API_KEY: 'provider-key-anthropic',
    ...environment,
  });
  const gateway = await startLocalGateway(settings, new StdoutLog((line) => void log.push(line)), limits);
  const { apiKey } = gateway.account;
  return {
    upstream,
    gateway,
    folder,
    log,
    openai: new OpenAI({ apiKey, baseURL: gateway.url, maxRetries: 0 }),
    anthropic: new Anthropic({ apiKey, baseURL: gateway.url.replace('/v1', ''), maxRetries: 0 }),
    stop: async () => {
      await gateway.stop();
      await upstream.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The run with its data opened for reading, for what a test checks after the gateway has stopped. */
export async function stoppedRun(run: LocalRun): Promise<LocalRun> {
  const services = await openReadOnlyServices(new DataFolder(run.folder));
  const stop = async (): Promise<void> => {
    await services.close();
    await run.stop();
  };
  return { ...run, gateway: { ...run.gateway, services }, stop };
}

export async function balanceOf({ gateway }: LocalRun, accountId = gateway.account.accountId): Promise<Balance> {
  const balance = await gateway.services.wallet.balance(accountId);
  if (balance === undefined) throw new Error('the account has no wallet');
  return balance;
}

export const recordsOf = ({ gateway }: LocalRun): Promise<UsageRecord[]> =>
  gateway.services.usage.newest(gateway.account.accountId, 1_000);

/** Runs `act`, waits until nothing is held, and returns the new usage records and what the wallet paid. */
export async function usageDuring(
  run: LocalRun,
  act: () => Promise<unknown>,
): Promise<{ records: UsageRecord[]; paidPico: bigint }> {
  const before = {
    balance: await balanceOf(run),
    ids: new Set((await recordsOf(run)).map((record) => record.requestId)),
  };
  await act();
  await until('nothing to be held', async () => (await balanceOf(run)).heldPico === 0n);
  const after = await balanceOf(run);
  const records = (await recordsOf(run)).filter((record) => !before.ids.has(record.requestId));
  return { records, paidPico: before.balance.availablePico - after.availablePico };
}

/** Fails unless every balance equals its replay. */
export async function expectLedgerVerifies({ gateway }: LocalRun): Promise<void> {
  const { store, accounts, clock } = gateway.services;
  const usageWindow = { clock, usageRetentionDays: 90 };
  const report = await verifyLedger({ store, everyAccount: accounts.list(), usageWindow });
  expect({ differences: report.differences, unstable: report.unstable }).toEqual({ differences: [], unstable: [] });
}

/** Stops the run at the end of a test file, after checking that every balance equals its replay. */
export async function stopAndVerify(run: LocalRun): Promise<void> {
  try {
    await expectLedgerVerifies(run);
  } finally {
    await run.stop();
  }
}

/** Looks up a model's prices for a short prompt in the committed price list, in pico-dollars per token. */
export function priceOf(provider: 'openai' | 'anthropic', model: string): { readonly [unit: string]: bigint } {
  const known = PRICE_LIST.providers[provider]?.find(({ id, aliases }) => id === model || aliases.includes(model));
  const prices = known?.prices.at(-1)?.tiers[0]?.picoPerToken;
  if (prices === undefined) throw new Error(`${model} has no price`);
  return Object.fromEntries(Object.entries(prices).map(([unit, pico]) => [unit, BigInt(pico)]));
}

/** Computes the cost of these tokens. */
export function costOf(
  prices: { readonly [unit: string]: bigint },
  tokens: { readonly [unit: string]: number },
): bigint {
  return Object.entries(tokens).reduce((sum, [unit, count]) => {
    const price = prices[unit];
    if (price === undefined) throw new Error(`${unit} has no price`);
    return sum + price * BigInt(count);
  }, 0n);
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a request without an SDK. */
export async function post(
  run: LocalRun,
  path: string,
  body: string | object,
  headers: { readonly [name: string]: string } = {},
): Promise<RawAnswer> {
  const response = await fetch(new URL(path, run.gateway.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${run.gateway.account.apiKey}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export const chatBody = (more: object = {}): object => ({
  model: CHAT_MODEL,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
});

export const responsesBody = (more: object = {}): object => ({ model: CHAT_MODEL, input: 'Hi', ...more });

export const messagesBody = (more: object = {}): object => ({
  model: MESSAGES_MODEL,
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
});
