import { existsSync } from 'node:fs';
import TestSequencer from '@jest/test-sequencer';

/** The files that take longest on an idle machine, the longest first. */
const LONGEST = [
  'test/infra/acknowledgements.test.ts',
  'test/e2e/erasures.test.ts',
  'test/e2e/commands.test.ts',
  'test/handlers/function-start.test.ts',
  'test/repository/regexes.test.ts',
  'test/e2e/receipts.test.ts',
  'test/e2e/slow-readers.test.ts',
  'test/e2e/local-start.test.ts',
  'test/e2e/money-commands.test.ts',
  'test/e2e/slow-readers-memory.test.ts',
  'test/handlers/api-authorization.test.ts',
  'test/simulation/simulation.test.ts',
  'test/e2e/smoke.test.ts',
  'test/e2e/crash-rounds.test.ts',
  'test/e2e/exports.test.ts',
];

/**
 * Starts the longest files first, so that no worker is left alone with one of them at the end. Jest knows how long files
 * took only after it has run them on the same machine; in a fresh clone it would start the largest files first.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const gone = LONGEST.filter((file) => !existsSync(file));
    if (gone.length > 0)
      throw new Error(`longest-first-sequencer.js lists files that do not exist: ${gone.join(', ')}`);
    const sorted = super.sort(tests);
    const rank = ({ path }) => {
      const index = LONGEST.findIndex((file) => path.endsWith(`/${file}`));
      return index === -1 ? LONGEST.length : index;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
