import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import type { StoredItem } from '../../../contracts/storage/stored-item';
import { sortKeyOf } from '../../table/merged-items';
import type { Item } from '../../table/value';
import { fieldsWith } from '../register';

/** The exported fields of an item. `id` is unique among the items of its kind. */
export type ExportedItem = { readonly id: string } & { readonly [field: string]: unknown };

/** Writes items of one kind. */
export interface ItemFormat {
  /** `id`, and the names of the exported fields. */
  readonly columns: readonly string[];
  /** The JSON Schema of an item as JSON. */
  readonly jsonSchema: object;
  /** @throws ZodError for an item that is not of this kind */
  readonly read: (item: Item) => ExportedItem;
}

export function formatOf(item: StoredItem): ItemFormat {
  const exported = fieldsWith('exported', item);
  return {
    columns: ['id', ...exported],
    jsonSchema: jsonSchemaOf(item, exported),
    read: (stored) => {
      const values: { readonly [field: string]: unknown } = item.decode?.(stored) ?? item.schema.parse(stored);
      const present = exported.filter((field) => values[field] !== undefined);
      return { id: sortKeyOf(stored), ...Object.fromEntries(present.map((field) => [field, values[field]])) };
    },
  };
}

/** Amounts are decimal strings, because readers that parse numbers as floats would lose digits. Bytes are base64. */
export const jsonOf = (item: ExportedItem): string =>
  JSON.stringify(item, (_name, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return bytesOf(value)?.toString('base64') ?? value;
  });

/** A Buffer turns itself into an object before a replacer sees it. */
function bytesOf(value: unknown): Buffer | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const { type, data } = (value ?? {}) as { readonly type?: unknown; readonly data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data as number[]) : undefined;
}

/**
 * Items as lines of CSV (RFC 4180), without a header. A cell that a spreadsheet would run as a formula gets an
 * apostrophe; only amounts may begin with a minus.
 */
export const csvOf = (columns: readonly string[], items: readonly ExportedItem[]): string =>
  stringify(
    items.map((item) => columns.map((column) => cellOf(item[column]))),
    { escape_formulas: true, record_delimiter: 'windows', cast: { bigint: String } },
  );

function cellOf(value: unknown): unknown {
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  const text = jsonOf({ id: '', value });
  const nested: unknown = (JSON.parse(text) as { readonly value: unknown }).value;
  return typeof nested === 'string' ? nested : JSON.stringify(nested);
}

function jsonSchemaOf({ schema, about }: StoredItem, exported: readonly string[]): object {
  const shape = Object.fromEntries(exported.map((field) => [field, schema.shape[field] as z.ZodType]));
  return z.toJSONSchema(z.object({ id: z.string(), ...shape }).describe(about), {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { type } = zodSchema._zod.def;
      if (type === 'bigint') Object.assign(jsonSchema, { type: 'string', pattern: '^-?[0-9]+$' });
      if (type === 'custom') Object.assign(jsonSchema, { type: 'string', contentEncoding: 'base64' });
      // Later releases may add members to an object within an item.
      if (type === 'object') delete jsonSchema.additionalProperties;
    },
  });
}
