import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, trackedFiles } from './tracked-files';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const WALLET = 'lambdas/domain/wallet';
/** The comment above the class Wallet. */
const LIST = /Only these functions write the wallet:\n([^]*?) \*\n/;
/** The functions of one file in the list: `endHold` (holds/end-hold.ts). */
const LISTED = /((?:`\w+`(?:, )?)+) \(([\w/.-]+\.ts)\)/g;
/** A write of the wallet table, or a call to a function that builds one. */
const WRITE =
  /table: WALLET,\s+(?:put|update|delete)\b|\b(?:changeBalance|putEntry|openBalance|suspendBalance|setHoldsOfBalance)\(/;

const list = LIST.exec(read(`${WALLET}/wallet.ts`))?.[1] ?? '';

test('the class Wallet lists every file that writes the wallet', () => {
  const named = [...list.matchAll(/\(([\w/.-]+\.ts)\)/g)].map(([, file = '']) => join(WALLET, file));
  // Builds the write of an entry, which the listed functions commit.
  const listed = new Set([...named, `${WALLET}/ledger/entry.ts`]);
  const writers = trackedFiles().filter((file) => /^lambdas\/.*\.ts$/.test(file) && WRITE.test(read(file)));
  expect(writers).toContain(`${WALLET}/holds/end-hold.ts`);
  expect(writers.filter((file) => !listed.has(file))).toEqual([]);
});

test('each function that the class Wallet lists is where the list says', () => {
  const listed = [...list.matchAll(LISTED)].flatMap(([, names = '', file = '']) =>
    [...names.matchAll(/\w+/g)].map(([name]) => ({ name, file })),
  );
  expect(listed.length).toBeGreaterThan(10);
  const missing = listed.filter(
    ({ name, file }) => !new RegExp(`(?:function|const|async) ${name}\\b`).test(read(join(WALLET, file))),
  );
  expect(missing).toEqual([]);
});
