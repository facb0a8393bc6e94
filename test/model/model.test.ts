import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, trackedFiles } from '../repository/tracked-files';
import { LANDMARKS, REDUNDANT, SABOTAGES } from './variants';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const model = read('docs/model/hold.pml');
const FOLDERS = ['.', 'lambdas/domain', 'lambdas/domain/wallet'];

test('the model has exactly the variants that "npm run model" checks', () => {
  const inModel = [...model.matchAll(/#ifn?def (\w+)|defined\((\w+)\)/g)].map(([, name, other]) => name ?? other);
  const checked = [...SABOTAGES, ...REDUNDANT, ...LANDMARKS].map(({ define }) => define);
  expect([...new Set(inModel)].sort()).toEqual([...checked].sort());
});

test('every source file that the model names exists', () => {
  const named = [...model.matchAll(/[a-z-]+(?:\/[a-z-]+)*\.ts\b/g)].map(([file]) => file);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((file) => !FOLDERS.some((folder) => existsSync(join(ROOT, folder, file))))).toEqual([]);
});

test('every function and field that the model names is in the code', () => {
  const named = [...model.matchAll(/`([a-z]+[A-Z]\w*)`/g)].map(([, name = '']) => name);
  const domain = trackedFiles().filter((file) => file.startsWith('lambdas/domain/') && file.endsWith('.ts'));
  const code = domain.map(read).join('\n');
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
});
