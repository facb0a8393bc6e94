import type { Model } from '../../../lambdas/contracts/storage/catalog';
import type { ImportedProvider } from './build-catalog';
import { entriesAbout, type SecondModel } from './second-source';

const COMPARED = ['input', 'output', 'cachedInput'] as const;
const TOLERANCE_PERCENT = 1n;
const TOKENS_PER_MILLION = 1_000_000n;

/** Two sources give one model different prices; pico-dollars per million tokens. */
export interface Disagreement {
  /** The model's id. */
  readonly model: string;
  readonly unit: (typeof COMPARED)[number];
  readonly firstPico: bigint;
  readonly secondPico: bigint;
}

export interface Comparison {
  readonly provider: string;
  readonly disagreements: readonly Disagreement[];
  /** Models that both price, whether or not they agree. */
  readonly compared: number;
  /** Ids of models without a second opinion. */
  readonly onlyInFirst: readonly string[];
  /** Names that the first source does not price, not even one that is left out. */
  readonly onlyInSecond: readonly string[];
}

/** Compares the newest prices, without tiers and dates: the second source has neither. */
export function compareWithSecond(imported: ImportedProvider, second: readonly SecondModel[]): Comparison {
  const { provider, models, leftOut } = imported;
  const opinions = models.map((model) => ({ model, entries: entriesAbout([model.id, ...model.aliases], second) }));
  const withoutOpinion = opinions.filter(({ entries }) => entries.length === 0);
  const known = [...models.flatMap(({ id, aliases }) => [id, ...aliases]), ...leftOut.map(({ name }) => name)];
  const unknown = second.filter(({ names }) => !names.some((name) => known.includes(name)));
  return {
    provider,
    disagreements: opinions.flatMap(({ model, entries }) => disagreementsOf(model, entries)),
    compared: models.length - withoutOpinion.length,
    onlyInFirst: withoutOpinion.map(({ model }) => model.id),
    onlyInSecond: [...new Set(unknown.flatMap(({ names }) => names))].sort(),
  };
}

/** Where the second source contradicts itself, each of its prices is compared. */
function disagreementsOf(model: Model, entries: readonly SecondModel[]): readonly Disagreement[] {
  const first = model.prices.at(-1)?.tiers[0]?.picoPerToken;
  return COMPARED.flatMap((unit) => {
    const ours = first?.[unit];
    if (ours === undefined) return [];
    const firstPico = BigInt(ours) * TOKENS_PER_MILLION;
    const stated = new Set(entries.flatMap(({ prices }) => prices[unit] ?? []));
    const apart = [...stated].filter((secondPico) => !agree(firstPico, secondPico));
    return apart.map((secondPico) => ({ model: model.id, unit, firstPico, secondPico }));
  });
}

function agree(firstPico: bigint, secondPico: bigint): boolean {
  const apart = firstPico > secondPico ? firstPico - secondPico : secondPico - firstPico;
  return apart * 100n <= firstPico * TOLERANCE_PERCENT;
}
