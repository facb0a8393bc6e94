import type { CatalogEntry, Setting } from '../../contracts/storage/catalog-changes';

/** A setting of one kind, and the time from which it holds. */
export interface EntryOf<Kind extends Setting['kind']> {
  readonly from: string;
  readonly setting: Extract<Setting, { kind: Kind }>;
}

/** The values of each setting in the order of time, by the setting's subject. */
export type Timelines = ReadonlyMap<string, readonly CatalogEntry[]>;

export const NOTHING_SET: Timelines = new Map();

/**
 * Applies changes in their order. A change holds from its time on and replaces all later values of the same subject, so
 * that a replaced value does not return later.
 */
export function fold(timelines: Timelines, entries: readonly CatalogEntry[]): Timelines {
  const folded = new Map(timelines);
  for (const entry of entries) {
    const subject = subjectOf(entry.setting);
    const before = (folded.get(subject) ?? []).filter(({ from }) => from < entry.from);
    folded.set(subject, [...before, entry]);
  }
  return folded;
}

/** All values in force at a moment or later. Earlier values are in the list of changes. */
export function since(timelines: Timelines, at: string): readonly CatalogEntry[] {
  return [...timelines.values()].flatMap((entries) => {
    const current = entries.findLastIndex(({ from }) => from <= at);
    return entries.slice(Math.max(0, current));
  });
}

/** The values of one setting. */
export function timelineOf<Kind extends Setting['kind']>(
  timelines: Timelines,
  kind: Kind,
  name: string,
): readonly EntryOf<Kind>[] {
  // A subject begins with its kind (see `subjectOf`), so its entries are all of that kind.
  return (timelines.get(`${kind} ${name}`) ?? []) as unknown as readonly EntryOf<Kind>[];
}

/** The value of a setting in force; undefined before the first. */
export function settingAt<Kind extends Setting['kind']>(
  timelines: Timelines,
  kind: Kind,
  name: string,
  at: string,
): EntryOf<Kind>['setting'] | undefined {
  return timelineOf(timelines, kind, name).findLast(({ from }) => from <= at)?.setting;
}

/** All values of a kind that are in force. */
export function settingsAt<Kind extends Setting['kind']>(
  timelines: Timelines,
  kind: Kind,
  at: string,
): readonly EntryOf<Kind>['setting'][] {
  return [...timelines].flatMap(([subject, entries]) => {
    if (!subject.startsWith(`${kind} `)) return [];
    const current = entries.findLast(({ from }) => from <= at);
    return current === undefined ? [] : [current.setting as EntryOf<Kind>['setting']];
  });
}

/** Names a model of a price list: `<list>/<model>`. */
export const listed = ({ list, model }: { readonly list: string; readonly model: string }): string =>
  `${list}/${model}`;

/** The subject of a setting: it has one value at a time. */
function subjectOf(setting: Setting): string {
  switch (setting.kind) {
    case 'provider':
      return `provider ${setting.provider}`;
    case 'hidden':
    case 'route':
      return `${setting.kind} ${setting.model}`;
    case 'alias':
      return `alias ${setting.alias}`;
    case 'markup':
      return `markup ${setting.on}`;
    case 'adoption':
      return 'adoption ';
    case 'model':
    case 'cost':
    case 'price':
      return `${setting.kind} ${listed(setting)}`;
    default:
      // A kind that only a later release knows: nothing reads it, and it stays in the state.
      return `unknown ${JSON.stringify(setting)}`;
  }
}
