import generated from './generated/published-models.json';

/** The facts about a name that a provider serves. */
export interface PublishedModel {
  /** The name that people read. */
  readonly name?: string;
  /** The day of the release, ISO 8601. */
  readonly released?: string;
}

/** By the names of the compiled price list; null for a name that only the sources of the prices know, or that is retired. */
export const PUBLISHED_MODELS: ReadonlyMap<string, PublishedModel | null> = new Map(
  Object.entries(generated.names as { readonly [name: string]: PublishedModel | null }),
);

/** The day in the name of a snapshot, such as `gpt-5-2025-08-07` or `claude-haiku-4-5-20251001`. */
export function dayIn(name: string): string | undefined {
  const [, year, month, day] = /-(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$/.exec(name) ?? [];
  return day === undefined ? undefined : `${year}-${month}-${day}`;
}
