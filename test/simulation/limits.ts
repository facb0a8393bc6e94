import type { Counting } from '../../lambdas/domain/wallet/holds/counting';
import type { Item } from '../../lambdas/domain/table/value';
import { movedInto, pico, text } from './fields';
import { accountIdOf, COUNTER_ID, type Intents } from './intents';
import type { Limits } from './planned';
import type { Stored } from './stored';
import { expectKept } from './violation';

const WINDOW = 'total';

export const countingOf = ({ budgetPico, runningMax }: Limits): Counting => ({
  counterId: COUNTER_ID,
  runningMax,
  budget: { window: WINDOW, limitPico: budgetPico },
});

/** A key's counters equal the replay of its charges and live holds, and never exceed its limits. */
export function limitsAreKept(stored: Stored, intents: Intents, limits: Limits | undefined): void {
  const isLimited = (item: Item): boolean =>
    typeof item['requestId'] === 'string' && intents.requests.get(text(item, 'requestId'))?.isLimited === true;
  const holds = [...stored.holds.values()].filter(isLimited);
  const entries = [...stored.entriesOf(accountIdOf(0)).values()].filter(isLimited);
  const held = holds.reduce((sum, hold) => sum + pico(hold, 'heldPico'), 0n);
  const spent = entries.reduce((sum, entry) => sum + movedInto('spent', entry), 0n);
  const budget = stored.counters.get(`budget#${WINDOW}`);
  const [counted, heldCounted] = [countOf(budget, 'countedPico'), countOf(budget, 'heldPico')];
  const running = countOf(stored.counters.get('running'), 'running');
  expectKept('key rules', counted === spent + held, `a budget counts ${counted}, not ${spent} spent and ${held} held`);
  expectKept('key rules', heldCounted === held, `${heldCounted} of a budget is held, and not ${held}`);
  expectKept('key rules', running === BigInt(holds.length), `${running} of ${holds.length} requests are counted`);
  expectKept('key rules', counted <= (limits?.budgetPico ?? 0n), `${counted} is more than the budget`);
  expectKept('key rules', running <= BigInt(limits?.runningMax ?? 0), `${running} are more than may run`);
}

/** The rest of the budget that some requests share. */
export const budgetLeftIn = (stored: Stored, limits: Limits | undefined): bigint =>
  (limits?.budgetPico ?? 0n) - countOf(stored.counters.get(`budget#${WINDOW}`), 'countedPico');

const countOf = (counter: Item | undefined, name: string): bigint => (counter ? pico(counter, name) : 0n);
