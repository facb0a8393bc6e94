import OpenAI from 'openai';
import { ulid } from 'ulid';
import { PROXY_ENV, SWEEP_ENV, type Env } from '../../lambdas/contracts/env';
import { isoTime } from '../../lambdas/contracts/table-keys';
import { ORIGIN_SECRET_HEADER } from '../../lib/shared/origin-secret';
import { CHAT_MODEL, costOf, priceOf } from '../e2e/local-run';
import { Upstream } from '../e2e/upstream';
import { Cdk, readOutputs } from './cdk';
import { type Customer, Deployment, USAGE_DAYS } from './deployment';
import { type Emulator, startEmulator } from './emulator';
import { pythonEnvironment } from './python-environment';

const PROVIDER = 'openai';
export const PROVIDER_KEY = 'the-providers-own-key';
export const CREDIT_PICO = 5_000_000_000_000n;
/** What the provider reports for every answer, and what that costs. */
export const REPORTED = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
export const COST_PICO = costOf(priceOf(PROVIDER, CHAT_MODEL), { input: 11, output: 7 });
export const PROMPT = 'a prompt that nobody may keep';

export const CHAT = { model: CHAT_MODEL, stream: true as const, messages: [{ role: 'user' as const, content: PROMPT }] };

/** One deployment, its provider and its first customer. */
export class Stage {
  readonly upstream: Upstream;
  readonly emulator: Emulator;
  readonly cdk: Cdk;
  readonly config: object;
  /** What the first deployment printed. */
  readonly printed: string;
  readonly deployment: Deployment;
  readonly customer: Customer;
  readonly originSecret: string;

  private constructor(parts: Omit<Stage, 'dataPlane' | 'openai' | 'abandonHold' | 'proxyEnvironment' | 'sweepEnvironment'>) {
    this.upstream = parts.upstream;
    this.emulator = parts.emulator;
    this.cdk = parts.cdk;
    this.config = parts.config;
    this.printed = parts.printed;
    this.deployment = parts.deployment;
    this.customer = parts.customer;
    this.originSecret = parts.originSecret;
  }

  /** @param onStop is given what ends each part, as soon as that runs */
  static async set(onStop: (stop: () => Promise<void> | void) => void): Promise<Stage> {
    const upstream = await Upstream.start();
    onStop(() => upstream.stop());
    const emulator = await startEmulator(await pythonEnvironment());
    onStop(() => emulator.stop());
    const cdk = new Cdk(emulator);
    const config = { providers: [{ id: PROVIDER, dialect: 'openai', baseUrl: `${upstream.url}/v1` }] };
    await cdk.bootstrap();
    const printed = await cdk.deploy(config);
    const deployment = new Deployment(emulator.endpoint, readOutputs());
    onStop(() => deployment.close());
    await deployment.putProviderKeys({ [PROVIDER]: PROVIDER_KEY });
    const originSecret = await deployment.originSecret();
    const customer = await deployment.newCustomer(CREDIT_PICO);
    return new Stage({ upstream, emulator, cdk, config, printed, deployment, customer, originSecret });
  }

  /** The function's own address, behind the edge. */
  get dataPlane(): string {
    const [id = ''] = new URL(this.deployment.output('DataPlaneUrl')).hostname.split('.');
    return `${this.emulator.endpoint}/_aws/lambda-url/${id}`;
  }

  /** A client of the function itself: it adds what the edge would. */
  openai({ apiKey }: Customer = this.customer): OpenAI {
    const defaultHeaders = { [ORIGIN_SECRET_HEADER]: this.originSecret };
    return new OpenAI({ apiKey, baseURL: `${this.dataPlane}/v1`, maxRetries: 0, defaultHeaders });
  }

  /** A new customer whose request died with its hold, the deadline of which has passed. */
  async abandonHold(): Promise<{ readonly accountId: string; readonly requestId: string }> {
    const { accountId } = await this.deployment.newCustomer(CREDIT_PICO);
    const now = Date.now();
    const requestId = `req_${ulid(now)}`;
    const request = { keyId: ulid(now), endpoint: 'chat', model: CHAT_MODEL, provider: PROVIDER, streamed: true } as const;
    await this.deployment.wallet.reserve({
      ...{ accountId, requestId, holdPico: COST_PICO, deadline: now - 1 },
      request: { ...request, at: isoTime(now), priceVersion: 'any' },
    });
    return { accountId, requestId };
  }

  /** What the stack gives to the data plane. */
  proxyEnvironment(): Env<typeof PROXY_ENV> {
    const { deployment } = this;
    return {
      ...this.sweepEnvironment(),
      KEYS_TABLE: deployment.tableNames.keys,
      PROVIDER_KEYS_SECRET: deployment.output('ProviderKeysSecret'),
      KEY_PEPPER_SECRET: deployment.output('KeyPepperSecret'),
      ORIGIN_SECRET: deployment.output('OriginSecret'),
      PROVIDERS: JSON.stringify((this.config as { readonly providers: unknown }).providers),
    };
  }

  /** What the stack gives to the sweeper. */
  sweepEnvironment(): Env<typeof SWEEP_ENV> {
    const { wallet, usage } = this.deployment.tableNames;
    return { WALLET_TABLE: wallet, USAGE_TABLE: usage, USAGE_RETENTION_DAYS: String(USAGE_DAYS) };
  }
}
