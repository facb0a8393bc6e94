import type { PriceTier, UnitPrices } from '../../contracts/storage/catalog';
import type { CatalogEntry } from '../../contracts/storage/catalog-changes';
import { UNITS } from '../../contracts/storage/units';
import { CatalogConflict } from './catalog-errors';
import { listed, settingAt, timelineOf, type Timelines } from './timelines';

const BASIS_POINTS = 10_000n;

interface ListedModel {
  readonly list: string;
  readonly model: string;
}

/** Names a price version of the table. The last part is the number of the change that made it. */
export const versionName = (model: ListedModel, from: string, number: number): string =>
  `${listed(model)}@${from}~${number}`;

/** The number of the change that made a version; undefined for a compiled version. */
export function changeOfVersion(version: string): number | undefined {
  const number = /~([1-9]\d{0,11})$/.exec(version)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The most specific markup in force, in basis points. */
export function markupAt(timelines: Timelines, model: ListedModel, at: string): number {
  for (const on of markupNames(model)) {
    const basisPoints = settingAt(timelines, 'markup', on, at)?.basisPoints;
    if (basisPoints !== undefined && basisPoints !== null) return basisPoints;
  }
  return 0;
}

/**
 * The prices of a model from a moment on: one integer price version for each change of its cost or markup. Empty when
 * nothing would differ from the prices in force and scheduled.
 */
export function priceEntries(
  timelines: Timelines,
  model: ListedModel,
  from: string,
  number: number,
): readonly CatalogEntry[] {
  const entries: CatalogEntry[] = [];
  let before: string | undefined;
  for (const moment of momentsOf(timelines, model, from)) {
    const cost = settingAt(timelines, 'cost', listed(model), moment);
    if (cost === undefined) continue;
    const tiers = withMarkup(cost.tiers, markupAt(timelines, model, moment));
    const text = JSON.stringify(tiers);
    if (text === before) continue;
    before = text;
    const version = versionName(model, moment, number);
    entries.push({ from: moment, setting: { kind: 'price', list: model.list, model: model.model, version, tiers } });
  }
  return isAsBefore(timelines, model, from, entries) ? [] : entries;
}

/** Adds a markup. Prices are rounded up to the pico-dollar, so that none is below its cost and markup. */
export function withMarkup(tiers: readonly PriceTier[], basisPoints: number): PriceTier[] {
  return tiers.map(({ abovePromptTokens, picoPerToken }) => {
    const marked: { [unit in keyof UnitPrices]: number } = {};
    for (const unit of UNITS) {
      const cost = picoPerToken[unit];
      if (cost !== undefined) marked[unit] = markUp(cost, basisPoints);
    }
    return { abovePromptTokens, picoPerToken: marked };
  });
}

function markUp(cost: number, basisPoints: number): number {
  const marked = Number((BigInt(cost) * (BASIS_POINTS + BigInt(basisPoints)) + BASIS_POINTS - 1n) / BASIS_POINTS);
  if (!Number.isSafeInteger(marked)) throw new CatalogConflict('A price is too large: lower the cost or the markup.');
  return marked;
}

const markupNames = (model: ListedModel): readonly string[] => [listed(model), model.list, 'all'];

/** The moments at which cost or markup may change, in order. */
function momentsOf(timelines: Timelines, model: ListedModel, from: string): readonly string[] {
  const later = [
    ...timelineOf(timelines, 'cost', listed(model)),
    ...markupNames(model).flatMap((on) => timelineOf(timelines, 'markup', on)),
  ].flatMap((entry) => (entry.from > from ? [entry.from] : []));
  return [...new Set([from, ...later])].sort();
}

function isAsBefore(timelines: Timelines, model: ListedModel, from: string, entries: readonly CatalogEntry[]): boolean {
  const prices = timelineOf(timelines, 'price', listed(model));
  const current = prices.findLast((entry) => entry.from <= from);
  const scheduled = prices.filter((entry) => entry.from > from);
  const texts = (of: readonly CatalogEntry[]): string =>
    JSON.stringify(of.map((entry) => [entry.from, 'tiers' in entry.setting && entry.setting.tiers]));
  return texts(entries) === texts([...(current ? [{ ...current, from }] : []), ...scheduled]);
}
