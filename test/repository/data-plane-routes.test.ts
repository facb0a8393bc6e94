import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECTIONS, withSection } from '../../dev/tools/pages/sections';
import { ROUTES } from '../../lambdas/domain/data-plane/routes';
import { ROOT } from './tracked-files';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test.each(SECTIONS)('the generated section of %s is up to date (%s)', (file, name, render) => {
  // Run "npm run docs" to update it.
  expect(withSection(read(file), name, render())).toBe(read(file));
});

test('a generated section without its markers is an error', () => {
  expect(() => withSection('# A page', 'routes', 'a table')).toThrow('no section "routes"');
});

test('the README lists every route of the data plane, and no other', () => {
  const section = /## What it serves\n([^#]*)/.exec(read('README.md'))?.[1] ?? '';
  const listed = [...section.matchAll(/`((?:GET|POST) [^`]+)`/g)].map(([, request]) => request);
  expect(listed.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
});

test('each path of the data plane appears once in the route table', () => {
  const paths = ROUTES.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});
