/** A Markdown table whose first column is text and whose other columns are numbers. */
export function table(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = titles.map((_, index) => (index === 0 ? '---' : '---:'));
  return [titles, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function number(value: number, digits: number): string {
  return Number.isFinite(value)
    ? value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
    : 'not measured';
}

export function milliseconds(micros: number): string {
  return number(micros / 1000, 2);
}

export function failureCounts(failures: { readonly [kind: string]: number }): string {
  const counts = Object.entries(failures).map(([kind, count]) => `${count} × ${kind}`);
  return counts.length === 0 ? 'none' : counts.join(', ');
}
