import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * All tests that mutations are tried with, in one file: loading the code once for each of a thousand changes is most of
 * what they take. Property tests are left out: they take seconds, and find by chance what an example must find too.
 */
const FOLDERS = ['money', 'wallet', 'keys', 'table'].map((folder) => path.resolve('test/domain', folder));

for (const folder of FOLDERS) {
  for (const file of readdirSync(folder).toSorted()) {
    if (/(?<!\.property)\.test\.ts$/.test(file)) jest.requireActual(path.join(folder, file));
  }
}
