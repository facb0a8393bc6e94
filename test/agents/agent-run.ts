import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, type Gateway, killChildren, runProgram, start, tollgate } from '../e2e/child-process';
import { type Edge, startEdge } from '../e2e/edge';
import { costOf, priceOf } from '../e2e/local-run';
import { temporaryFolder } from '../e2e/temporary-folder';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { AgentProvider } from './agent-provider';
import { type ClosedProxy, startClosedProxy } from './closed-proxy';
import { type Agent, binaryOf } from './packages';

/** A usage record as `tollgate usage` prints it. */
export interface PrintedRecord {
  readonly model: string;
  readonly status: string;
  readonly usage: { readonly [unit: string]: number };
  readonly cost: string;
  readonly estimated: boolean;
}

interface CodexOptions {
  readonly apiKey?: string;
  readonly overrides?: readonly string[];
}

const byCost = <Charge extends { readonly cost: string }>(charges: readonly Charge[]): readonly Charge[] =>
  charges.toSorted((one, other) => one.cost.localeCompare(other.cost));

/** A gateway process, its provider, and a home for agents that can reach nothing else. */
export class AgentRun {
  readonly provider: AgentProvider;
  readonly gateway: Gateway;
  readonly proxy: ClosedProxy;
  /** The agents' home, in which they also work. */
  readonly home: string;
  /** The method and path of each request that an agent has sent to the gateway. */
  readonly requests: readonly string[];
  private readonly folder: string;
  private readonly edge: Edge;

  private constructor(
    parts: Pick<AgentRun, 'provider' | 'gateway' | 'proxy' | 'requests'>,
    folder: string,
    edge: Edge,
  ) {
    this.provider = parts.provider;
    this.gateway = parts.gateway;
    this.proxy = parts.proxy;
    this.requests = parts.requests;
    this.home = temporaryFolder();
    this.folder = folder;
    this.edge = edge;
  }

  static async start(): Promise<AgentRun> {
    const provider = await AgentProvider.start();
    const folder = temporaryFolder();
    const gateway = await start(folder, {
      OPENAI_BASE_URL: `${provider.url}/v1`,
      OPENAI_API_KEY: 'provider-key-openai',
      ANTHROPIC_BASE_URL: provider.url,
      ANTHROPIC_API_KEY: 'provider-key-anthropic',
    });
    const requests: string[] = [];
    const origin = new URL(gateway.gatewayUrl).origin;
    const edge = await startEdge({ origin, onRequest: (request) => void requests.push(request) });
    return new AgentRun({ provider, gateway, proxy: await startClosedProxy(), requests }, folder, edge);
  }

  async stop(): Promise<void> {
    await killChildren();
    await Promise.all([this.edge.stop(), this.proxy.stop(), this.provider.stop()]);
    for (const folder of [this.folder, this.home]) rmSync(folder, { recursive: true });
  }

  /** Runs Claude Code without a terminal. */
  claude(args: readonly string[], environment: { readonly [name: string]: string } = {}): Child {
    return this.run('claude', args, {
      ANTHROPIC_BASE_URL: this.edge.url,
      ANTHROPIC_API_KEY: this.gateway.apiKey,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      ...environment,
    });
  }

  /** Runs opencode without a terminal, with a provider that uses this package of the AI SDK. */
  opencode(npm: string, model: string, prompt: string, apiKey = this.gateway.apiKey): Child {
    const options = { baseURL: `${this.edge.url}/v1`, apiKey };
    const settings = { provider: { tollgate: { npm, options, models: { [model]: {} } } } };
    writeFileSync(join(this.home, 'opencode.json'), JSON.stringify(settings));
    return this.run('opencode', ['run', '--model', `tollgate/${model}`, prompt], {
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
    });
  }

  /**
   * Runs Codex without a terminal, with its own settings apart from the provider.
   * @param overrides settings as its option `-c` takes them. @default none
   */
  codex(model: string, prompt: string, { apiKey = this.gateway.apiKey, overrides = [] }: CodexOptions = {}): Child {
    const folder = join(this.home, '.codex');
    mkdirSync(folder, { recursive: true });
    const provider = [`name = "Tollgate"`, `base_url = "${this.edge.url}/v1"`, 'env_key = "TOLLGATE_KEY"'];
    writeFileSync(
      join(folder, 'config.toml'),
      ['model_provider = "tollgate"', '[model_providers.tollgate]', ...provider, 'wire_api = "responses"'].join('\n'),
    );
    const settings = overrides.flatMap((override) => ['-c', override]);
    const args = ['exec', '--skip-git-repo-check', '--model', model, ...settings, prompt];
    return this.run('codex', args, { TOLLGATE_KEY: apiKey });
  }

  /** Creates an account without money. @returns an API key of it */
  async poorKey(): Promise<string> {
    return (await this.createAccount()).apiKey;
  }

  /** Creates an account. @param usd what it has. @default nothing */
  async createAccount(usd?: string): Promise<{ readonly accountId: string; readonly apiKey: string }> {
    const { accountId } = JSON.parse(await this.command('accounts', 'create')) as { accountId: string };
    if (usd !== undefined) await this.command('wallet', 'credit', accountId, usd);
    const { apiKey } = JSON.parse(await this.command('keys', 'create', accountId)) as { apiKey: string };
    return { accountId, apiKey };
  }

  /** The usage records of the gateway's account, the oldest first. */
  async records(): Promise<readonly PrintedRecord[]> {
    const lines = (await this.command('usage', this.gateway.accountId)).trim().split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as PrintedRecord)
      .reverse();
  }

  async wallet(accountId = this.gateway.accountId): Promise<{ readonly held: string; readonly spent: string }> {
    return JSON.parse(await this.command('wallet', accountId)) as { held: string; spent: string };
  }

  /**
   * Fails unless the wallet has paid what the provider reported, request by request, and the ledger verifies.
   * @returns what the wallet has paid, in dollars
   */
  async expectExactCharges(): Promise<string> {
    const charges = this.provider.reported.map(({ provider, model, tokens }) => {
      const usage = Object.fromEntries(Object.entries(tokens).filter(([, count]) => count > 0));
      return { model, usage, costPico: costOf(priceOf(provider, model), usage) };
    });
    const records = (await this.records()).filter(({ status }) => status === 'completed');
    const paid = records.map(({ model, usage, cost, estimated }) => ({ model, usage, cost, estimated }));
    const due = charges.map(({ model, usage, costPico }) => {
      return { model, usage, cost: formatUsd(costPico), estimated: false };
    });
    // Agents send some requests at the same time, so both lists are sorted.
    expect(byCost(paid)).toEqual(byCost(due));
    const spent = formatUsd(charges.reduce((sum, { costPico }) => sum + costPico, 0n));
    expect(await this.wallet()).toMatchObject({ held: '0.00', spent });
    expect(JSON.parse(await this.command('ledger', 'verify'))).toMatchObject({ verified: true, differences: [] });
    return spent;
  }

  private async command(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await tollgate(this.folder, ...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out;
  }

  private run(agent: Agent, args: readonly string[], environment: { readonly [name: string]: string }): Child {
    const own = { HOME: this.home, TMPDIR: this.home, ...this.proxy.environment };
    return runProgram([binaryOf(agent), ...args], this.home, { ...own, ...environment });
  }
}
