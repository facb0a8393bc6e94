import { basename } from 'node:path';
import { trackedFiles } from './tracked-files';

const CODE = /^(bin|lib|lambdas|dev|web|test|bench)\/.*\.(ts|tsx|js)$/;
/** Words in kebab-case, and suffixes for the role, such as `settle.lambda.ts`. */
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.(ts|tsx|js)$/;
const code = trackedFiles().filter((file) => CODE.test(file) && !file.includes('/generated/'));

test('source files are named in kebab-case', () => {
  expect(code.filter((file) => !KEBAB_CASE.test(basename(file)))).toEqual([]);
});

test('no file or folder has a catch-all name such as utils or common', () => {
  expect(code.filter((file) => /(^|\/)(utils?|helpers?|common|misc|index)(\/|\.|$)/.test(file))).toEqual([]);
});

test('every file under lambdas/ belongs to one of the four layers', () => {
  const lambdas = code.filter((file) => file.startsWith('lambdas/'));
  expect(lambdas.filter((file) => !/^lambdas\/(contracts|domain|adapters|handlers)\//.test(file))).toEqual([]);
});

test('every test file is in a folder for its area', () => {
  const tests = trackedFiles().filter((file) => file.endsWith('.test.ts'));
  expect(tests.filter((file) => !/^test\/[a-z0-9-]+\//.test(file))).toEqual([]);
});
