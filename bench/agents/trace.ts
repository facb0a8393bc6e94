import { SECOND_MS } from '../../lambdas/domain/clock';
import { seeded, type Seeded } from './seeded';

/** A model and the limit that a client sends with it. */
interface Profile {
  readonly model: string;
  readonly outputTokensMax: number;
}

/** The agents take turns in using these. */
export const PROFILES: readonly Profile[] = [
  { model: 'claude-opus-4-8', outputTokensMax: 128_000 },
  { model: 'claude-sonnet-4-6', outputTokensMax: 32_000 },
  { model: 'claude-opus-4-8', outputTokensMax: 32_000 },
  { model: 'claude-sonnet-5', outputTokensMax: 128_000 },
];

export const PROMPT_BYTES_MAX = 700_000;
const FIRST_BYTES = [15_000, 60_000] as const;
const GROWTH_BYTES = [1_000, 40_000] as const;
const LARGE_GROWTH_BYTES = 100_000;
const LARGE_GROWTH_SHARE = 0.05;
const OUTPUT_MEDIAN = 300;
const OUTPUT_SIGMA = 1.4;
const OUTPUT_TOKENS_MAX = 20_000;
const BYTES_PER_TOKEN = [3.5, 4.2] as const;
const TOKENS_PER_SECOND = [30, 120] as const;
const THINK_MS = [2 * SECOND_MS, 30 * SECOND_MS] as const;
/** The time until a provider has read a prompt: a part that is always needed, and one for each thousand tokens. */
const READING_MS = [400, 900] as const;
const READING_MS_PER_1000_TOKENS = 6;
/** An agent waits this long at most before its first turn, so that not all begin at once. */
const FIRST_MS = 30 * SECOND_MS;

/** One request of an agent, as its client and its provider know it. */
export interface Turn extends Profile {
  readonly agent: number;
  /** Unique in the trace. */
  readonly id: number;
  /** Counts the conversations of the agent. A new one has nothing in its cache. */
  readonly session: number;
  /** The size of the request's body. */
  readonly bytes: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly tokensPerSecond: number;
  /** From sending the request until the answer begins. */
  readonly readingMs: number;
  /** Before the request, the agent runs tools or waits for a person. */
  readonly thinkMs: number;
}

/** The requests of one agent. They do not depend on the answers, so every mode is sent the same. */
export function turnsOf(seed: number, agent: number, count: number): readonly Turn[] {
  const random = seeded(seed * 1_000 + agent);
  const profile = PROFILES[agent % PROFILES.length] ?? { model: '', outputTokensMax: 0 };
  const turns: Turn[] = [];
  let session = 0;
  let bytesPerToken = random.between(...BYTES_PER_TOKEN);
  let bytes = whole(random.between(...FIRST_BYTES));
  // An agent is somewhere in its conversation when the trace begins, so that not all compact theirs at once.
  bytes += whole(random.next() * (PROMPT_BYTES_MAX - bytes));
  for (let index = 0; index < count; index += 1) {
    const promptTokens = whole(bytes / bytesPerToken);
    turns.push({
      ...profile,
      agent,
      id: agent * count + index,
      session,
      bytes,
      promptTokens,
      outputTokens: Math.max(1, Math.min(OUTPUT_TOKENS_MAX, whole(random.around(OUTPUT_MEDIAN, OUTPUT_SIGMA)))),
      tokensPerSecond: random.between(...TOKENS_PER_SECOND),
      readingMs: whole(random.between(...READING_MS) + (promptTokens / 1_000) * READING_MS_PER_1000_TOKENS),
      thinkMs: whole(index === 0 ? random.next() * FIRST_MS : random.between(...THINK_MS)),
    });
    bytes += grown(random);
    if (bytes <= PROMPT_BYTES_MAX) continue;
    session += 1;
    bytesPerToken = random.between(...BYTES_PER_TOKEN);
    bytes = whole(random.between(...FIRST_BYTES));
  }
  return turns;
}

const grown = (random: Seeded): number =>
  random.next() < LARGE_GROWTH_SHARE ? LARGE_GROWTH_BYTES : whole(random.between(...GROWTH_BYTES));

const whole = (value: number): number => Math.round(value);
