import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tracked-files';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The rows of its tables, without their heads and rules. */
const rows = read('docs/fault-matrix.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/\| test \|$/.test(line));

/** `the test's title` ([file](../test/…)) as the last cell. */
const named = (row: string) => /\| `([^`]+)` \(\[file\]\(\.\.\/(test\/[^)]+)\)\) \|$/.exec(row)?.slice(1);

/** As the first argument of `test`, or of what `test.each` gives. */
function hasTest(file: string, title: string): boolean {
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return existsSync(join(ROOT, file)) && new RegExp(`\\(\\s*'${quoted}',`).test(read(file));
}

test('the fault matrix has rows, and each names its test', () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => named(row) === undefined)).toEqual([]);
});

test('each test that the fault matrix names is there, by its exact title', () => {
  const gone = rows.filter((row) => {
    const [title = '', file = ''] = named(row) ?? [];
    return !hasTest(file, title);
  });
  expect(gone).toEqual([]);
});
