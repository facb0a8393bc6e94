import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs all tests for `npm run mutate` from one file, because most of the time of a mutant goes into loading the code.
 * Property tests are left out: they take seconds, and an example test must reliably find what they find by chance.
 */
const FOLDERS = ['money', 'wallet', 'wallet/funds', 'payments', 'keys', 'table'].map((folder) =>
  path.resolve('test/domain', folder),
);

for (const folder of FOLDERS) {
  for (const file of readdirSync(folder).toSorted()) {
    // Each file gets a block of its own, so that its hooks apply to its own tests only.
    if (/(?<!\.property)\.test\.ts$/.test(file)) describe(file, () => void jest.requireActual(path.join(folder, file)));
  }
}
