import type { Model } from '../../lambdas/contracts/catalog';
import type { ImportedProvider } from './build-catalog';
import { type SecondModel, secondSource } from './second-source';

const COMPARED = ['input', 'output', 'cachedInput'] as const;
const TOLERANCE_PERCENT = 1n;
const TOKENS_PER_MILLION = 1_000_000n;

/** Two sources give one name different prices; pico-dollars per million tokens. */
export interface Disagreement {
  readonly name: string;
  readonly unit: (typeof COMPARED)[number];
  readonly firstPico: bigint;
  readonly secondPico: bigint;
}

export interface Comparison {
  readonly provider: string;
  readonly disagreements: readonly Disagreement[];
  /** Names that both price, whether or not they agree. */
  readonly compared: number;
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
}

/** Compares the newest prices, without tiers and dates: the second source has neither. */
export function compareWithSecond({ provider, models, leftOut }: ImportedProvider): Comparison {
  const second = secondSource(provider);
  const named = new Map(models.flatMap((model) => [model.id, ...model.aliases].map((name) => [name, model])));
  const both = [...named].flatMap(([name, model]) => {
    const other = second.get(name);
    return other === undefined ? [] : [{ model, other }];
  });
  const known = new Set([...named.keys(), ...leftOut.map(({ name }) => name)]);
  return {
    provider,
    disagreements: both.flatMap(({ model, other }) => disagreementsOf(model, other)),
    compared: both.length,
    onlyInFirst: models
      .filter((model) => ![model.id, ...model.aliases].some((name) => second.has(name)))
      .map(({ id }) => id),
    onlyInSecond: [...second.keys()].filter((name) => !known.has(name)).sort(),
  };
}

function disagreementsOf(model: Model, { name, prices }: SecondModel): readonly Disagreement[] {
  const first = model.prices.at(-1)?.tiers[0]?.picoPerToken;
  return COMPARED.flatMap((unit) => {
    const ours = first?.[unit];
    const secondPico = prices[unit];
    if (ours === undefined || secondPico === undefined) return [];
    const firstPico = BigInt(ours) * TOKENS_PER_MILLION;
    return agree(firstPico, secondPico) ? [] : [{ name, unit, firstPico, secondPico }];
  });
}

function agree(firstPico: bigint, secondPico: bigint): boolean {
  const apart = firstPico > secondPico ? firstPico - secondPico : secondPico - firstPico;
  return apart * 100n <= firstPico * TOLERANCE_PERCENT;
}
