/** Renders the head of a page, which tells an editor where the page comes from. */
export const generatedBy = (title: string): string => `# ${title}\n\nWritten by \`npm run docs\` from the templates.`;

/**
 * Renders a Markdown table.
 *
 * @param blankRepeatsOf how many of the first columns are left blank where they repeat the row above
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { blankRepeatsOf = 0 }: { readonly blankRepeatsOf?: number } = {},
): string {
  const lines = rows.map((cells, at) =>
    line(cells.map((cell, column) => (column < blankRepeatsOf && repeats(cells, rows[at - 1], column) ? '' : cell))),
  );
  return [line(header), line(header.map(() => '---')), ...lines].join('\n');
}

const repeats = (cells: readonly string[], above: readonly string[] | undefined, column: number): boolean =>
  cells.slice(0, column + 1).every((cell, at) => above?.[at] === cell);

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** Returns each row once, sorted by code unit, so that the locale of a machine does not change a page. */
export function inOrder(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const byText = new Map(rows.map((row) => [row.join('\u0000'), row]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
