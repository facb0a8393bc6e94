import { rmSync } from 'node:fs';
import { type Gateway, killChildren, start } from '../e2e/child-process';
import { temporaryFolder } from '../e2e/temporary-folder';
import { until } from '../e2e/until';
import { Upstream } from '../e2e/upstream';
import { Acknowledged } from './acknowledged';
import { credit } from './administer';
import { interruptStart } from './interrupt-start';
import { loadUntilKilled } from './load';
import { interruptedFirstStarts, planOf, type RoundPlan } from './plan';
import { brokenPromises } from './promises';
import { provider } from './provider';
import { hasEveryLeaf, readStored, type Stored } from './stored';

/** Enough for the holds of all requests of a long run. */
const CREDIT_USD = '1000';

export interface RoundReport {
  readonly plan: RoundPlan;
  /** How the stored data breaks what was confirmed in this round or any before it. */
  readonly violations: readonly string[];
}

/** Counts over all rounds so far, which show that the kills hit running requests. */
export interface Totals {
  readonly acknowledged: number;
  /** The requests that ended without a charge because a later start returned their holds. */
  readonly returned: number;
  /** The charges that were committed although the client did not get the end of its answer. */
  readonly unseen: number;
}

/** Kills gateway processes on one data folder, and compares what each leaves behind with what it had confirmed. */
export class CrashRun {
  readonly folder = temporaryFolder();
  readonly #seed: number;
  readonly #upstream: Upstream;
  readonly #told = new Acknowledged();
  #gateway: Gateway | undefined;
  #stored: Stored | undefined;

  private constructor(seed: number, upstream: Upstream) {
    this.#seed = seed;
    this.#upstream = upstream;
  }

  static async open(seed: number): Promise<CrashRun> {
    return new CrashRun(seed, await Upstream.start());
  }

  /** Starts a gateway on the new folder, after a few starts that are killed. */
  async start(): Promise<void> {
    for (const writes of interruptedFirstStarts(this.#seed)) await this.#interruptStart(writes);
    const { accountId } = await this.#startForRound(1);
    await credit(this.folder, accountId, CREDIT_USD, this.#told);
  }

  get totals(): Totals {
    const acknowledged = this.#told.charges.size;
    const kinds = this.#stored?.entries.map(({ kind }) => kind) ?? [];
    const returned = kinds.filter((kind) => kind === 'expire').length;
    return { acknowledged, returned, unseen: kinds.filter((kind) => kind === 'charge').length - acknowledged };
  }

  /**
   * Puts load on the running gateway, kills it as planned, starts the next one and checks the folder.
   * @param round counted from 1
   */
  async round(round: number): Promise<RoundReport> {
    const plan = planOf(this.#seed, round);
    this.#upstream.answerWith(provider((request) => this.#told.provided.add(request)));
    await loadUntilKilled({ gateway: this.#running(), folder: this.folder, told: this.#told, moment: plan.moment });
    for (const writes of plan.interruptedStarts) await this.#interruptStart(writes);
    // A gateway has returned the holds of the one before it when it is ready, and nobody sends requests yet.
    const { accountId } = await this.#startForRound(round + 1);
    this.#stored = await readStored(this.folder, accountId);
    return { plan, violations: brokenPromises(this.#told, this.#stored) };
  }

  /**
   * Stops the last gateway in order.
   * @returns the violations, to which missing receipts now belong
   */
  async stopInOrder(): Promise<readonly string[]> {
    const gateway = this.#running();
    await until('the gateway to complete its receipts', () => hasEveryLeaf(this.folder));
    gateway.kill('SIGTERM');
    const how = await gateway.ended;
    if (how !== 0) return [`the last gateway ended with ${how}: ${gateway.err()}`];
    this.#stored = await readStored(this.folder, gateway.accountId);
    return brokenPromises(this.#told, this.#stored, true);
  }

  /** @param keepsFolder whether the data folder is left for inspection. @default false */
  async close(keepsFolder = false): Promise<void> {
    await killChildren();
    await this.#upstream.stop();
    if (!keepsFolder) rmSync(this.folder, { recursive: true });
  }

  #running(): Gateway {
    if (this.#gateway === undefined) throw new Error('no gateway is running');
    return this.#gateway;
  }

  async #startForRound(round: number): Promise<Gateway> {
    const { durability } = planOf(this.#seed, round);
    this.#gateway = await start(this.folder, { ...this.#providers(), TOLLGATE_DURABILITY: durability });
    return this.#gateway;
  }

  async #interruptStart(writes: number): Promise<void> {
    const fault = await interruptStart(this.folder, this.#providers(), writes);
    if (fault !== undefined) this.#told.unexpected.push(fault);
  }

  #providers(): { readonly [name: string]: string } {
    const { url } = this.#upstream;
    return { OPENAI_BASE_URL: `${url}/v1`, ANTHROPIC_BASE_URL: url };
  }
}
