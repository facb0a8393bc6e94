import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { Refusal } from '../../lambdas/domain/errors/refusal';
import { ROOT, trackedFiles } from './tracked-files';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const documents = trackedFiles().filter((file) => file.endsWith('.md'));
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

test('every npm command that a document names exists', () => {
  const named = documents.flatMap((file) => {
    const run = [...read(file).matchAll(/npm run (?:--?[a-z]+ )*([a-z][a-z:-]*)/g)].map((match) => match[1]);
    const short = [...read(file).matchAll(/npm (start|test)\b/g)].map((match) => match[1]);
    return [...run, ...short].map((script) => ({ file, script }));
  });
  expect(named.filter(({ script }) => script === undefined || !(script in manifest.scripts))).toEqual([]);
});

test('every relative link in a document leads to a file', () => {
  const links = documents.flatMap((file) =>
    [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => ({
      file,
      target,
    })),
  );
  const isBroken = ({ file, target }: { file: string; target: string }) =>
    !existsSync(join(ROOT, normalize(join(dirname(file), target))));
  expect(links.filter(isBroken)).toEqual([]);
});

test('decision records are numbered without gaps and have the sections What, Why and Consequences', () => {
  const records = documents.filter((file) => /^docs\/adr\/\d{4}-/.test(file));
  expect(records.map((file) => Number(file.slice(9, 13)))).toEqual(records.map((_, index) => index));
  const sections = ['**What.**', '**Why.**', '**Consequences.**'];
  expect(records.filter((file) => !sections.every((section) => read(file).includes(`\n${section} `)))).toEqual([]);
});

/** Finds every concrete refusal by the class that it extends, so that no list has to be maintained. */
async function everyRefusal(): Promise<readonly { readonly name: string; readonly code: string }[]> {
  const declares = / extends (Refusal|Conflict|Missing|TooMany) \{/;
  const files = trackedFiles().filter((file) => /^lambdas\/.*\.ts$/.test(file) && declares.test(read(file)));
  const modules = await Promise.all(files.map(async (file) => (await import(join(ROOT, file))) as object));
  const classes = modules.flatMap((module): unknown[] => Object.values(module)).filter(isRefusal);
  const refusals = classes.map(constructed);
  return refusals.filter(({ name }) => name !== 'Error');
}

/** First arguments of which at least one fits each class. */
const FIRST_ARGUMENTS = [[], 1n, { leastPico: 1n, mostPico: 1n }, 'item'] as const;

function constructed(Concrete: new (first: unknown) => Refusal): Refusal {
  for (const first of FIRST_ARGUMENTS) {
    try {
      return new Concrete(first);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw new Error(`no argument fits ${Concrete.name}`);
}

const isRefusal = (exported: unknown): exported is new (first: unknown) => Refusal =>
  typeof exported === 'function' && exported.prototype instanceof Refusal;

test('every error code of the control plane is documented in docs/control-plane.md', async () => {
  const codes = (await everyRefusal()).map(({ code }) => code);
  expect(codes.length).toBeGreaterThan(30);
  const page = read('docs/control-plane.md');
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
