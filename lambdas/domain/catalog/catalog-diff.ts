import type { ModelDefinition, PriceTier } from '../../contracts/storage/catalog';
import { UNITS, type Unit } from '../../contracts/storage/units';
import { listed, settingAt, timelineOf, type Timelines } from './timelines';

/** The price of one unit before and after, in pico-dollars per token. */
export interface PriceDifference {
  /** The time from which the new price holds. */
  readonly from: string;
  /** The tier: for prompts above so many tokens. */
  readonly abovePromptTokens: number;
  readonly unit: Unit;
  /** Absent where the unit had, or has, no price. */
  readonly beforePico?: bigint;
  readonly afterPico?: bigint;
}

/** How one model of a price list differs. */
export interface ModelDifference {
  readonly list: string;
  readonly model: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** The names, endpoints and limits that differ; empty unless the model was changed. */
  readonly definition: readonly (keyof ModelDefinition)[];
  readonly prices: readonly PriceDifference[];
}

/** Compares two states of the catalog from a moment on, model by model. */
export function catalogDiff(before: Timelines, after: Timelines, from: string): readonly ModelDifference[] {
  const models = [...new Set([...before.keys(), ...after.keys()])].filter((subject) => subject.startsWith('model '));
  return models.sort().flatMap((subject) => {
    const name = subject.slice('model '.length);
    return differenceOf(before, after, name, from) ?? [];
  });
}

function differenceOf(before: Timelines, after: Timelines, name: string, from: string): ModelDifference | undefined {
  const [old, young] = [before, after].map((timelines) => settingAt(timelines, 'model', name, from));
  const [was, is] = [old?.definition ?? undefined, young?.definition ?? undefined];
  const { list, model } = young ?? old ?? { list: '', model: '' };
  if (was === undefined && is === undefined) return undefined;
  if (is === undefined) return { list, model, kind: 'removed', definition: [], prices: [] };
  const empty: Timelines = new Map();
  const prices = priceDifferences(was === undefined ? empty : before, after, listed({ list, model }), from);
  if (was === undefined) return { list, model, kind: 'added', definition: [], prices };
  const definition = (Object.keys(is) as (keyof ModelDefinition)[]).filter(
    (key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]),
  );
  const isSame = definition.length === 0 && prices.length === 0;
  return isSame ? undefined : { list, model, kind: 'changed', definition, prices };
}

function priceDifferences(before: Timelines, after: Timelines, name: string, from: string): PriceDifference[] {
  const later = [before, after].flatMap((timelines) =>
    timelineOf(timelines, 'price', name).flatMap((entry) => (entry.from > from ? [entry.from] : [])),
  );
  return [...new Set([from, ...later])].sort().flatMap((moment) => {
    const [old = [], young = []] = [before, after].map(
      (timelines) => settingAt(timelines, 'price', name, moment)?.tiers,
    );
    return tierDifferences(old, young).map((difference) => ({ from: moment, ...difference }));
  });
}

function tierDifferences(old: readonly PriceTier[], young: readonly PriceTier[]): Omit<PriceDifference, 'from'>[] {
  const bounds = [...new Set([...old, ...young].map((tier) => tier.abovePromptTokens))].sort(
    (one, other) => one - other,
  );
  return bounds.flatMap((abovePromptTokens) => {
    const [was, is] = [old, young].map((tiers) =>
      tiers.findLast((tier) => tier.abovePromptTokens <= abovePromptTokens),
    );
    return UNITS.flatMap((unit) => {
      const [wasPico, isPico] = [was?.picoPerToken[unit], is?.picoPerToken[unit]];
      if (wasPico === isPico) return [];
      return {
        abovePromptTokens,
        unit,
        ...(wasPico !== undefined && { beforePico: BigInt(wasPico) }),
        ...(isPico !== undefined && { afterPico: BigInt(isPico) }),
      };
    });
  });
}
