import { play } from './history';
import type { Landmark } from './landmarks';
import { LANDMARKS } from './landmarks';
import type { Plan } from './planned';
import { planOf } from './plan';
import { shrink } from './shrink';
import type { Sabotage } from './world';

/** How many histories are played concurrently. They share nothing but the turns of the event loop. */
const CONCURRENT_HISTORIES = 32;

export interface Failure {
  readonly seed: number;
  /** The violation, the command that reproduces it, and the steps of the shortest history that fails. */
  readonly report: string;
}

export interface Simulation {
  readonly steps: number;
  /** The number of histories that reached each landmark. */
  readonly met: ReadonlyMap<Landmark, number>;
  /** The failure of the lowest seed that failed; undefined if none did. */
  readonly failure: Failure | undefined;
}

/** Plays histories until one fails or all are done. */
export async function simulate(options: {
  readonly histories: number;
  /** The seed of the first history. Each further history uses the next number. */
  readonly seed: number;
  readonly sabotage?: Sabotage;
  /** Takes the trace of every history, by its seed. @default none is written */
  readonly traces?: Map<number, string[]>;
  /** How many histories are played concurrently; after a failure, those that have begun still end. @default 32 */
  readonly concurrent?: number;
}): Promise<Simulation> {
  const { histories, seed, sabotage, traces, concurrent = CONCURRENT_HISTORIES } = options;
  const failed: number[] = [];
  let next = seed;
  let steps = 0;
  const met = new Map<Landmark, number>(LANDMARKS.map((landmark) => [landmark, 0]));
  const playNext = async (): Promise<void> => {
    while (next < seed + histories && failed.length === 0) {
      const mine = next;
      next += 1;
      const trace: string[] = [];
      traces?.set(mine, trace);
      try {
        const played = await play(planOf(mine), { sabotage, ...(traces && { trace }) });
        steps += played.steps;
        for (const landmark of played.met) met.set(landmark, (met.get(landmark) ?? 0) + 1);
      } catch {
        failed.push(mine);
      }
    }
  };
  return withoutStackTraces(async () => {
    await Promise.all(Array.from({ length: concurrent }, playNext));
    if (failed.length === 0) return { steps, met, failure: undefined };
    return { steps, met, failure: await explain(Math.min(...failed), sabotage) };
  });
}

/** Most errors are expected outcomes, and reports contain only messages, so capturing stack traces would be wasted work. */
async function withoutStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export async function explain(seed: number, sabotage?: Sabotage): Promise<Failure> {
  const plan = await shrink(planOf(seed), async (smaller) => (await failureOf(smaller, { sabotage })) !== undefined);
  const trace: string[] = [];
  const error = await failureOf(plan, { trace, sabotage });
  const report = [
    `Seed ${seed} fails: ${error instanceof Error ? error.message : String(error)}`,
    `Again with: npm run simulate -- --histories 1 --seed ${seed}`,
    `The shortest history found has ${plan.operations.length} of ${planOf(seed).operations.length} operations:`,
    ...headOf(plan),
    ...trace,
  ];
  return { seed, report: report.join('\n') };
}

async function failureOf(plan: Plan, options: Parameters<typeof play>[1]): Promise<unknown> {
  try {
    await play(plan, options);
    return undefined;
  } catch (error) {
    return error;
  }
}

const headOf = ({ isLocal, isHot, drifts, faultRate, payments }: Plan): readonly string[] => [
  `  ${isLocal ? 'a local process' : `${drifts.length} processes`}, clocks off by ${drifts.join(', ')} ms${isHot ? ', contended accounts' : ''}`,
  `  ${faultRate * 100} % of the calls fail; payments of ${payments.map((payment) => payment.amountPico).join(', ')}`,
];
