import { playPayments } from './history';
import type { PaymentsSabotage } from './played';

/** The states and faults that a set of histories must have met for its success to mean something. */
export const LANDMARKS = [
  'crash before',
  'crash after',
  'unreachable',
  'lost reply',
  'late',
  'a payment could not be booked',
  'a period had a bonus',
  'a bank appealed',
  'an account was in debt',
  'credit expired',
  'credit was refunded',
] as const;

/** The result of many histories. */
export interface PaymentsSimulation {
  readonly steps: number;
  /** The number of histories that met each landmark. */
  readonly met: ReadonlyMap<string, number>;
  /** The first history that broke an invariant, and how to play it again. */
  readonly failure: string | undefined;
}

/** Plays histories until one breaks an invariant or all are done. */
export async function simulatePayments(options: {
  readonly histories: number;
  readonly seed: number;
  readonly sabotage?: PaymentsSabotage;
}): Promise<PaymentsSimulation> {
  const { histories, seed, sabotage } = options;
  const met = new Map<string, number>(LANDMARKS.map((landmark) => [landmark, 0]));
  let steps = 0;
  const { stackTraceLimit } = Error;
  // Most errors are expected outcomes.
  Error.stackTraceLimit = 0;
  try {
    for (let mine = seed; mine < seed + histories; mine += 1) {
      try {
        const played = await playPayments(mine, sabotage);
        steps += played.steps;
        for (const landmark of played.met.keys()) met.set(landmark, (met.get(landmark) ?? 0) + 1);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const again = `npm run simulate:payments -- --histories 1 --seed ${mine}`;
        return { steps, met, failure: `Seed ${mine} fails: ${message}\nAgain with: ${again}` };
      }
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return { steps, met, failure: undefined };
}
