import { DURABILITIES, type Durability } from '../../lambdas/adapters/embedded/file-commits';
import { Random } from '../simulation/random';

/** The things that are counted until the gateway gets its signal, with the largest count. No moment depends on the clock. */
const COUNTS_MAX = {
  /** Events of streams that the clients have received. */
  event: 400,
  /** Answers that the clients have received to their end. */
  answer: 60,
  /** Writes of a checkpoint. The system reports those that follow each other closely as one. */
  checkpoint: 2,
} as const;

export type Counted = keyof typeof COUNTS_MAX;

/** The rounds take turns, so that even a short run has every kind of kill. */
const KINDS = ['answer', 'shutdown', 'checkpoint', 'event'] as const;

/** The number of writes in the data folder of which one is the moment of the kill. Some starts and shutdowns have fewer. */
const SHUTDOWN_WRITES = 80;
const START_WRITES = 40;
const FIRST_START_WRITES = 220;
const INTERRUPTED_FIRST_STARTS = 3;

/** The moment at which a gateway under load is killed. */
export interface Moment {
  readonly counted: Counted;
  readonly count: number;
  /** Present if the gateway gets SIGTERM at this moment, and SIGKILL after this many writes in its folder. */
  readonly shutdownWrites?: number;
}

export interface RoundPlan {
  /** How the gateway that is killed makes its commits durable. Either way must survive a kill. */
  readonly durability: Durability;
  readonly moment: Moment;
  /** The starts after the kill that are killed too, each after this many writes in the folder. */
  readonly interruptedStarts: readonly number[];
}

/** @param round counted from 1 */
export function planOf(seed: number, round: number): RoundPlan {
  const random = new Random(seed).fork(round);
  const kind = KINDS[(round - 1) % KINDS.length] ?? 'answer';
  const counted = kind === 'shutdown' ? 'event' : kind;
  const moment = { counted, count: random.between(1, COUNTS_MAX[counted]) };
  return {
    durability: random.pick(DURABILITIES),
    moment: kind === 'shutdown' ? { ...moment, shutdownWrites: random.between(1, SHUTDOWN_WRITES) } : moment,
    interruptedStarts: Array.from({ length: random.pick([0, 0, 1, 2]) }, () => random.between(1, START_WRITES)),
  };
}

/** The starts on the new folder that are killed, each after this many writes. */
export function interruptedFirstStarts(seed: number): readonly number[] {
  const random = new Random(seed);
  return Array.from({ length: INTERRUPTED_FIRST_STARTS }, () => random.between(1, FIRST_START_WRITES));
}

/** Describes a plan on one line. */
export function describePlan({ durability, moment, interruptedStarts }: RoundPlan): string {
  const { counted, count, shutdownWrites } = moment;
  const at = counted === 'checkpoint' ? `write ${count} of a checkpoint` : `${counted} ${count}`;
  const kill = shutdownWrites === undefined ? `killed at ${at}` : `stopped at ${at}, killed at write ${shutdownWrites}`;
  const starts = interruptedStarts.map((writes) => `, next start killed at write ${writes}`).join('');
  return `${kill} (${durability})${starts}`;
}
