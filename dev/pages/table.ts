/** Opens each page, and tells whoever edits one where it comes from. */
export const generatedBy = (title: string): string => `# ${title}\n\nWritten by \`npm run docs\` from the templates.`;

/** A table of Markdown; a cell that repeats the one above it is left blank where the column says so. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { blankRepeatsOf = 0 }: { readonly blankRepeatsOf?: number } = {},
): string {
  const lines = rows.map((cells, at) =>
    line(cells.map((cell, column) => (column < blankRepeatsOf && rows[at - 1]?.[column] === cell ? '' : cell))),
  );
  return [line(header), line(header.map(() => '---')), ...lines].join('\n');
}

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** By code unit, so that no machine's locale changes a page. */
export function inOrder(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const key = (row: readonly string[]): string => row.join('\u0000');
  return [...rows].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
