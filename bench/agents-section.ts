import { PICO_PER_USD } from '../lambdas/domain/money/pico';
import { PROFILES } from './agents/trace';
import type { AgentsRun } from './agents';
import type { Cell } from './agents/run-cell';
import type { TurnResult } from './agents/agent';
import { number, table } from './markdown';

const TITLES = [
  'wallet, holds',
  'requests',
  'refused although affordable',
  '%',
  'refused',
  'answers 429',
  'answered after 429',
  'cut for money',
  'failed',
  'first hold, median $',
  'first hold, p99 $',
  'mean wait ms',
  'write units per answer',
  '÷ unpressed worst case',
  'extensions',
  'shrinks',
  'counted prompts',
  'operator’s loss $',
];
const PERCENT = 100;

/** Renders how the same agents fare with holds of the worst case and with rolling holds. */
export function agentsSection({ seed, agents, cells }: AgentsRun): string {
  const base = unitsPerAnswer(unpressed(cells));
  const lines = cells.map((cell) => lineOf(cell, base));
  const models = PROFILES.map(({ model, outputTokensMax }) => `${model} with ${number(outputTokensMax, 0)}`).join(', ');
  return `## ${agents} coding agents on one wallet

${table(TITLES, lines)}

Written by \`npm run bench -- agents\`, with seed ${seed}. Everything runs in virtual time, so the result is the same on every machine. The gateway, its wallet and its store are the real ones; the agents and their provider are played.

- **Agents.** Each sends one request after the other, the same in every line: ${models} output tokens at most. A prompt begins with 15 to 60 KB, grows by 1 to 40 KB each turn and sometimes by 100 KB, and begins anew at 700 KB. It is marked to be cached for five minutes. A token is 3.5 to 4.2 bytes. Answers are log-normal with a median of 300 tokens, at most 20,000, and arrive at 30 to 120 tokens a second. Between two requests an agent waits 2 to 30 s. After 429 it waits for \`retry-after\`, up to 10 times; a refused or cut request is not repeated. All agents share one key.
- **Wallet.** Whenever an answer or a refusal leaves less than half of the wallet's size, a payment fills it up to its size.
- **Affordable** is a request if, when its last attempt arrives, \`available\` + \`held\` covers the true cost of this request and of all that are running or waiting. It was refused if that attempt was answered with 402, or with 429 for the 11th time.
- **Write units** are those of DynamoDB: two for each kilobyte of each item of a transaction, one outside of a transaction, and the same if the condition fails. Only the wallet's writes are counted, since everything else writes the same in both modes. The last ratio compares with the worst case on the largest wallet, where every request takes one attempt.
- **Wait** is the time from the first attempt until the provider is called, for requests that were not refused. The store takes no time, and nothing else writes the wallet, so no transaction conflicts.`;
}

function lineOf(cell: Cell, base: number): readonly string[] {
  const { results, store, holds, walletPico, counts, operatorLossPico } = cell;
  const count = (matches: (result: TurnResult) => boolean): number => results.filter(matches).length;
  const refused = count(isRefused);
  const affordable = count((result) => isRefused(result) && result.wasAffordable);
  const waits = results.filter((result) => !isRefused(result)).map(({ waitMs }) => waitMs);
  const sorted = store.firstHolds.map(usd).sort((one, other) => one - other);
  const units = unitsPerAnswer(cell);
  return [
    `$${number(usd(walletPico), 0)}, ${holds}`,
    number(results.length, 0),
    number(affordable, 0),
    number((affordable / results.length) * PERCENT, 2),
    number(refused, 0),
    number(
      results.reduce((sum, { busy }) => sum + busy, 0),
      0,
    ),
    number(
      count(({ end, busy }) => end === 'answered' && busy > 0),
      0,
    ),
    number(
      count(({ end }) => end === 'cut'),
      0,
    ),
    number(
      count(({ end }) => end === 'failed'),
      0,
    ),
    number(quantile(sorted, 0.5), 2),
    number(quantile(sorted, 0.99), 2),
    number(waits.reduce((sum, wait) => sum + wait, 0) / waits.length, 0),
    number(units, 2),
    number(units / base, 2),
    number(store.extensions, 0),
    number(store.shrinks, 0),
    number(counts, 0),
    number(usd(operatorLossPico), 2),
  ];
}

const isRefused = ({ end }: TurnResult): boolean => end === 'refused';

/** Refused attempts write too, so they count for the answers that there were. */
const unitsPerAnswer = ({ results, store }: Pick<Cell, 'results' | 'store'>): number =>
  store.writeUnits / results.filter(({ end }) => end === 'answered').length;

/** The cell in which no request has to wait or to be refused. */
function unpressed(cells: readonly Cell[]): Pick<Cell, 'results' | 'store'> {
  const worst = cells.filter(({ holds }) => holds === 'worst-case');
  const [first, ...others] = worst;
  if (first === undefined) throw new Error('there is no cell with the worst case');
  return others.reduce((most, cell) => (cell.walletPico > most.walletPico ? cell : most), first);
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

const usd = (pico: bigint): number => Number(pico) / Number(PICO_PER_USD);
