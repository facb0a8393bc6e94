import { MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import { AgentExchange } from './agent-exchange';
import { bodyOf } from './request-body';
import type { Turn } from './trace';
import type { VirtualTime } from './virtual-time';

/** As the official clients of coding agents do by default. */
const RETRIES_MAX = 10;
const REQUEST_MS = 15 * MINUTE_MS;

/**
 * How a turn ended.
 * - `refused`: with 402, or still 429 after all retries.
 * - `cut`: the answer ended early, because the money did.
 * - `failed`: in any other way. The trace has no reason for that.
 */
export type TurnEnd = 'answered' | 'refused' | 'cut' | 'failed';

export interface TurnResult {
  readonly end: TurnEnd;
  /** The status of the last attempt. */
  readonly status: number;
  /** The number of answers with 429. */
  readonly busy: number;
  /** Whether the account could pay for the request when its last attempt arrived. */
  readonly wasAffordable: boolean;
  /** The time from the first attempt to the last one's first call of the provider. */
  readonly waitMs: number;
}

export interface AgentWorld {
  readonly time: VirtualTime;
  readonly apiKey: string;
  readonly handle: (exchange: AgentExchange) => Promise<void>;
  /** Called when an attempt arrives. @returns whether the account can pay for it */
  readonly arrives: (turn: Turn) => Promise<boolean>;
  /** Called when an attempt has ended. */
  readonly ended: (turn: Turn) => Promise<void>;
  /** When the turn was last sent to the provider. */
  readonly sentAt: (turn: Turn) => number | undefined;
}

/** Plays the requests of one agent, one after the other. */
export async function runAgent(
  world: AgentWorld,
  turns: readonly Turn[],
  onEnd: (turn: Turn, result: TurnResult) => void,
): Promise<void> {
  for (const turn of turns) {
    await world.time.sleep(turn.thinkMs);
    onEnd(turn, await play(world, turn));
  }
}

async function play(world: AgentWorld, turn: Turn): Promise<TurnResult> {
  const { time, apiKey } = world;
  const beganAt = time.now();
  const body = bodyOf(turn);
  for (let busy = 0; ; busy += 1) {
    const wasAffordable = await world.arrives(turn);
    const exchange = new AgentExchange(body, { apiKey, deadline: time.now() + REQUEST_MS });
    await world.handle(exchange);
    await world.ended(turn);
    if (exchange.status === 429 && busy < RETRIES_MAX) {
      await time.sleep(Number(exchange.answerHeaders['retry-after'] ?? 1) * SECOND_MS);
      continue;
    }
    const end = endOf(exchange);
    const waitMs = end === 'refused' ? 0 : (world.sentAt(turn) ?? beganAt) - beganAt;
    return { end, status: exchange.status, busy: exchange.status === 429 ? busy + 1 : busy, wasAffordable, waitMs };
  }
}

function endOf({ status, tail, isBroken }: AgentExchange): TurnEnd {
  if (status === 402 || status === 429) return 'refused';
  if (status === 200 && !isBroken && tail.includes('"message_stop"')) return 'answered';
  return tail.includes('"billing_error"') ? 'cut' : 'failed';
}
