import type { Model } from '../../../lambdas/contracts/storage/catalog';
import type { ImportedProvider } from './build-catalog';
import { entriesAbout, type SecondSourceModel } from './second-source';

const COMPARED = ['input', 'output', 'cachedInput'] as const;
const TOLERANCE_PERCENT = 1n;
const TOKENS_PER_MILLION = 1_000_000n;

/** Two sources give the same model different prices. Amounts are pico-dollars per million tokens. */
export interface Disagreement {
  /** The model's ID. */
  readonly model: string;
  readonly unit: (typeof COMPARED)[number];
  readonly firstPico: bigint;
  readonly secondPico: bigint;
}

export interface Comparison {
  readonly provider: string;
  readonly disagreements: readonly Disagreement[];
  /** The number of models that have a price in both sources. */
  readonly compared: number;
  /** IDs of models that the second source does not have. */
  readonly onlyInFirst: readonly string[];
  /** Names that the first source does not have, not even among those left out. */
  readonly onlyInSecond: readonly string[];
}

/** Compares only the newest base prices, because the second source has neither tiers nor dates. */
export function compareWithSecond(imported: ImportedProvider, second: readonly SecondSourceModel[]): Comparison {
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

/** Compares each of the second source's prices, because its entries may contradict each other. */
function disagreementsOf(model: Model, entries: readonly SecondSourceModel[]): readonly Disagreement[] {
  const first = model.prices.at(-1)?.tiers[0]?.picoPerToken;
  return COMPARED.flatMap((unit) => {
    const ours = first?.[unit];
    if (ours === undefined) return [];
    const firstPico = BigInt(ours) * TOKENS_PER_MILLION;
    const stated = new Set(entries.flatMap(({ prices }) => prices[unit] ?? []));
    const different = [...stated].filter((secondPico) => !agree(firstPico, secondPico));
    return different.map((secondPico) => ({ model: model.id, unit, firstPico, secondPico }));
  });
}

function agree(firstPico: bigint, secondPico: bigint): boolean {
  const differencePico = firstPico > secondPico ? firstPico - secondPico : secondPico - firstPico;
  return differencePico * 100n <= firstPico * TOLERANCE_PERCENT;
}
