import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tracked-files';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The pages that prove what they say by naming tests. */
const MATRICES = [
  ['fault matrix', 'docs/fault-matrix.md'],
  ['client matrix', 'docs/client-matrix.md'],
] as const;

/** The rows of the tables in a matrix, without headers and separators. */
const rowsOf = (page: string): readonly string[] =>
  read(page)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/\| test \|$/.test(line));

/** Reads the last cell of a row, `title` ([file](../test/…)), into the test's title and file. */
const testOf = (row: string) => /\| `([^`]+)` \(\[file\]\(\.\.\/(test\/[^)]+)\)\) \|$/.exec(row)?.slice(1);

/** Whether the file has a call of `test` or `test.each(…)` with this title as its first argument. */
function hasTest(file: string, title: string): boolean {
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return existsSync(join(ROOT, file)) && new RegExp(`\\(\\s*['"]${quoted}['"],`).test(read(file));
}

test.each(MATRICES)('every row of the %s names a test', (_name, page) => {
  const rows = rowsOf(page);
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => testOf(row) === undefined)).toEqual([]);
});

test.each(MATRICES)('every test that the %s names exists under its exact title', (_name, page) => {
  const missing = rowsOf(page).filter((row) => {
    const [title = '', file = ''] = testOf(row) ?? [];
    return !hasTest(file, title);
  });
  expect(missing).toEqual([]);
});
