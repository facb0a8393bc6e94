import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tracked-files';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The rows of the tables in the fault matrix, without headers and separators. */
const rows = read('docs/fault-matrix.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/\| test \|$/.test(line));

/** Reads the last cell of a row, `title` ([file](../test/…)), into the test's title and file. */
const testOf = (row: string) => /\| `([^`]+)` \(\[file\]\(\.\.\/(test\/[^)]+)\)\) \|$/.exec(row)?.slice(1);

/** Whether the file has a call of `test` or `test.each(…)` with this title as its first argument. */
function hasTest(file: string, title: string): boolean {
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return existsSync(join(ROOT, file)) && new RegExp(`\\(\\s*'${quoted}',`).test(read(file));
}

test('every row of the fault matrix names a test', () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => testOf(row) === undefined)).toEqual([]);
});

test('every test that the fault matrix names exists under its exact title', () => {
  const missing = rows.filter((row) => {
    const [title = '', file = ''] = testOf(row) ?? [];
    return !hasTest(file, title);
  });
  expect(missing).toEqual([]);
});
