import { stringify } from 'csv-stringify/sync';

/** The cells of a row. Absent cells are empty in CSV and left out in JSON. */
export type Row = Readonly<Record<string, string | number | boolean | null | undefined>>;

export const ROW_FORMATS = ['csv', 'jsonl'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

export const ROW_TYPES: { readonly [format in RowFormat]: string } = {
  csv: 'text/csv',
  jsonl: 'application/jsonl',
};

/**
 * Writes rows as CSV (RFC 4180) with a header, or as JSON lines. A spreadsheet would run a cell that begins with =, +, -,
 * @, a tab or a carriage return as a formula, so such a cell gets an apostrophe in CSV.
 */
export function renderRows(columns: readonly string[], rows: readonly Row[], format: RowFormat): string {
  if (format === 'jsonl') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return stringify([columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))], {
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { boolean: String },
  });
}
