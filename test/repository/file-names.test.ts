import { basename } from 'node:path';
import { trackedFiles } from './tracked-files';

const CODE = /^(bin|lib|lambdas|dev|web|test|bench)\/.*\.(ts|tsx|js)$/;
/** `wallet.dynamodb.ts`: words in kebab-case, and a suffix that tells the role. */
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.(ts|tsx|js)$/;
const code = trackedFiles().filter((file) => CODE.test(file) && !file.includes('/generated/'));

test('source files are named in kebab-case', () => {
  expect(code.filter((file) => !KEBAB_CASE.test(basename(file)))).toEqual([]);
});

test('no file or folder is named after having no place of its own', () => {
  expect(code.filter((file) => /(^|\/)(utils?|helpers?|common|misc|index)(\/|\.|$)/.test(file))).toEqual([]);
});

test('what runs in a function lives in one of the four layers', () => {
  const lambdas = code.filter((file) => file.startsWith('lambdas/'));
  expect(lambdas.filter((file) => !/^lambdas\/(contracts|domain|adapters|handlers)\//.test(file))).toEqual([]);
});

test('a test says by its place what it tests', () => {
  const tests = trackedFiles().filter((file) => file.endsWith('.test.ts'));
  expect(tests.filter((file) => !/^test\/[a-z0-9-]+\//.test(file))).toEqual([]);
});
