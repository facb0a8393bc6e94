import type { DevFile } from '../e2e/child-process';
import type { Acknowledged } from './acknowledged';
import { ask, type Habit } from './client';

const times = (count: number, habit: Habit): readonly Habit[] => Array.from({ length: count }, () => habit);

/** Fifty streams, and a few whole answers. */
const HABITS: readonly Habit[] = [
  ...times(25, { path: '/chat/completions', stream: true }),
  ...times(25, { path: '/messages', stream: true }),
  ...times(2, { path: '/chat/completions', stream: false }),
  ...times(2, { path: '/messages', stream: false }),
];

export interface CrowdOptions {
  readonly gateway: Pick<DevFile, 'gatewayUrl' | 'apiKey'>;
  readonly told: Acknowledged;
  /** Whether the gateway was told to stop, so that it may refuse requests. */
  readonly isStopping: () => boolean;
  /** Called for each event of a stream that arrives. */
  readonly onEvent: () => void;
  /** Called for each answer that arrives to its end. */
  readonly onAnswer: () => void;
}

/** Each client asks again as soon as it has its answer. Resolves once every client was refused or disconnected. */
export async function keepAsking(options: CrowdOptions): Promise<void> {
  await Promise.all(HABITS.map((habit) => askUntilRefused(habit, options)));
}

async function askUntilRefused(habit: Habit, options: CrowdOptions): Promise<void> {
  const { gateway, told, isStopping, onEvent, onAnswer } = options;
  for (let status: number | undefined = 200; status === 200;) {
    const answer = await ask(gateway, habit, told.nextRequest(), onEvent);
    told.addAnswer(answer, isStopping());
    ({ status } = answer);
    if (status !== undefined) onAnswer();
  }
}
