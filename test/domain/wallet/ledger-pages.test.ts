import fc from 'fast-check';
import { chargedEntries, type ChargedEntry } from '../../../lambdas/domain/wallet/funds/charged-credit';
import { ENTRIES_READ_MAX, type EntryFilter, entryPage } from '../../../lambdas/domain/wallet/ledger/entry-page';
import type { PageRequest } from '../../../lambdas/domain/table/page';
import { ACCOUNT, WalletStage } from './wallet-stage';

/** All pages of a list, and how many there are. */
async function pagesOf(stage: WalletStage, filter: EntryFilter, limit: number): Promise<readonly ChargedEntry[][]> {
  const pages: ChargedEntry[][] = [];
  let after: PageRequest['after'];
  do {
    const { items, next } = await entryPage(stage.engine, ACCOUNT, filter, { limit, after });
    pages.push([...items]);
    after = next;
  } while (after !== undefined);
  return pages;
}

async function replayOf(stage: WalletStage): Promise<ChargedEntry[]> {
  const replay: ChargedEntry[] = [];
  for await (const each of chargedEntries(stage.engine, ACCOUNT, true)) replay.push(each);
  return replay;
}

async function charge(stage: WalletStage, pico: bigint): Promise<void> {
  stage.now += 1_000;
  await stage.settle(await stage.reserve(pico), pico);
}

type Step = { readonly charge: bigint } | { readonly grant: bigint; readonly expires: boolean } | 'expire';

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ charge: fc.bigInt(1n, 40n) }) },
    { weight: 2, arbitrary: fc.record({ grant: fc.bigInt(1n, 60n), expires: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant('expire' as const) },
  ),
  { maxLength: 25 },
);

async function play(history: readonly Step[]): Promise<WalletStage> {
  const stage = await WalletStage.funded(1_000n);
  let grants = 0;
  for (const step of history) {
    if (step === 'expire') {
      stage.now += 60_000;
      await stage.funds.expireGrants();
    } else if ('charge' in step) await charge(stage, step.charge);
    else {
      grants += 1;
      const expiresAt = step.expires ? stage.now + 30_000 : undefined;
      const grantId = `grant_${grants}`;
      await stage.funds.grant({ accountId: ACCOUNT, grantId, amountPico: step.grant, reason: 'test', expiresAt });
    }
  }
  return stage;
}

test('the pages of a ledger, whatever their size, say of each charge what a replay says', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 7 }), async (history, limit) => {
      const stage = await play(history);
      const pages = await pagesOf(stage, {}, limit);
      expect(pages.flat()).toEqual(await replayOf(stage));
      const kind = 'charge';
      const filtered = (await replayOf(stage)).filter(({ entry }) => entry.kind === kind);
      expect((await pagesOf(stage, { kind }, limit)).flat()).toEqual(filtered);
    }),
    { numRuns: 30 },
  );
});

test('entries are selected by their time, from the first moment on and before the second', async () => {
  const stage = await WalletStage.funded(1_000n);
  for (let count = 0; count < 3; count += 1) await charge(stage, 1n);
  const times = (await stage.entries()).filter(({ kind }) => kind === 'charge').map(({ at }) => at);
  const pages = await pagesOf(stage, { from: times[0], to: times[2] }, 10);
  expect(pages.flat().map(({ entry }) => entry.at)).toEqual(times.slice(0, 2));
});

test('the pages of a contended account include the entries of its leases, in the drawers too', async () => {
  const stage = await WalletStage.funded(1_000_000n);
  stage.store.plan('conflict');
  await stage.settle(await stage.reserve(100n), 40n);
  await stage.expire();
  stage.now += 600_000;
  await stage.wallet.expireDue();
  expect((await pagesOf(stage, {}, 1)).flat()).toEqual(await replayOf(stage));
  expect((await pagesOf(stage, { kind: 'lease' }, 1)).flat()).toHaveLength(1);
});

test('a page looks at a limited number of entries, even if none of them matches', async () => {
  const stage = await WalletStage.funded(10_000n);
  for (let count = 0; count <= ENTRIES_READ_MAX; count += 1) await charge(stage, 1n);
  const pages = await pagesOf(stage, { kind: 'credit' }, 10);
  expect(pages.map((page) => page.length)).toEqual([1, 0]);
  expect((await pagesOf(stage, { kind: 'grant' }, 10)).map((page) => page.length)).toEqual([0, 0]);
});
