import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inOrder, table } from './table';
import { PROMISES, type Promised } from './promises';

/** A test whose title begins with the number of a promise. */
export interface PromiseTest {
  readonly number: string;
  readonly title: string;
  /** The path from the root of the project. */
  readonly file: string;
}

/** A title in the source of a test, in any quotes. */
const TITLE = /(?<quote>['"`])promise-(?<number>\d\d) (?<title>.+?)\k<quote>/g;
const TESTS = new URL('../../../test/', import.meta.url).pathname;

/** Finds the tests of promises in the sources of all tests. */
export function promiseTests(): readonly PromiseTest[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) =>
    [...readFileSync(join(TESTS, file), 'utf8').matchAll(TITLE)].map(({ groups }) => ({
      number: groups?.['number'] ?? '',
      title: groups?.['title'] ?? '',
      file: `test/${file}`,
    })),
  );
}

/** Renders each promise with its control, what is missing, and the tests that show it. */
export function promisesPage(): string {
  const tests = promiseTests();
  const kept = PROMISES.filter(({ missing }) => missing === undefined).length;
  return [
    '# Promises',
    'Written by `npm run docs` from dev/tools/pages/promises.ts and the titles of the tests.',
    `These are the promises that gateway services make in their privacy policies. Of ${PROMISES.length}, ${kept} are kept; the others say what is missing. A test of a promise begins with its number: \`npm test -- -t promise-10\` runs those of one promise that are part of \`npm test\`.`,
    ...PROMISES.map((promised) => section(promised, tests)),
    '',
  ].join('\n\n');
}

function section({ number, promise, control, missing, operator }: Promised, tests: readonly PromiseTest[]): string {
  const own = tests.filter((test) => test.number === number);
  const rows = inOrder(own.map(({ title, file }) => [title, `[${file}](../../${file})`]));
  return [
    `## ${number}: ${promise.replace(/\.$/, '')}`,
    [
      `Control: ${control}`,
      ...(missing === undefined ? [] : [`**Missing**: ${missing}`]),
      ...(operator === undefined ? [] : [`The operator’s part: ${operator}`]),
    ].join(' '),
    rows.length === 0 ? 'No test shows it yet.' : table(['test', 'in'], rows),
  ].join('\n\n');
}
