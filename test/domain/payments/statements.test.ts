import fc from 'fast-check';
import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { NO_PARTS, type Parts, sumOf } from '../../../lambdas/domain/payments/statements/account-state';
import { closeMonths } from '../../../lambdas/domain/payments/statements/closings';
import { boundsOf } from '../../../lambdas/domain/payments/statements/month';
import { type Statement, statementOf } from '../../../lambdas/domain/payments/statements/statement';
import { statementCsv } from '../../../lambdas/domain/payments/statements/statement-csv';
import { statementHtml } from '../../../lambdas/domain/payments/statements/statement-html';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';
import { ChargeCounter } from './charge-counter';

const read = (stage: WalletStage, month: string): Promise<Statement> =>
  statementOf({ store: stage.engine, clock: () => stage.now }, ACCOUNT, month);

/** Closes every month that is over. */
const close = (stage: WalletStage): Promise<void> =>
  closeMonths({ store: stage.engine, clock: () => stage.now }, ACCOUNT, '9999-12');

const partsOf = ({ promotionalPico, paidPico, owedPico, debtPico, creditLinePico }: Parts): Parts => ({
  promotionalPico,
  paidPico,
  owedPico,
  debtPico,
  creditLinePico,
});

/** The parts as the wallet has them now. */
async function partsNow({ funds }: WalletStage): Promise<Parts> {
  const view = await funds.view(ACCOUNT);
  return {
    promotionalPico: view.promotionalPico,
    paidPico: view.paidPico,
    owedPico: view.lineUsedPico,
    debtPico: view.debtPico,
    creditLinePico: view.linePico + view.lineUsedPico,
  };
}

const expectAddsUp = ({ opening, closing, lines }: Statement): void =>
  expect(lines.reduce<Parts>((sum, line) => sumOf(sum, partsOf(line)), opening)).toEqual(closing);

const amount = fc.bigInt(1n, 200n);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('charge' as const), pico: amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('contend' as const), pico: amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('credit' as const), pico: amount }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('grant' as const), pico: amount, hours: fc.integer({ min: 1, max: 900 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('line' as const), pico: amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refund' as const), pico: amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dispute' as const), pico: amount, isWon: fc.boolean() }) },
);
/** Each step comes some hours after the one before, so that a history lasts for several months. */
const history = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 200 })), { maxLength: 30 });

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function play(stage: WalletStage, change: Step, index: number): Promise<void> {
  const { funds, wallet } = stage;
  const [accountId, amountPico, paymentId] = [ACCOUNT, change.pico, `pi_${index}`];
  switch (change.do) {
    case 'contend':
    case 'charge':
      // A request of a contended account draws on a lease if there is money for one.
      if (change.do === 'contend') stage.store.plan('conflict');
      await stage.settle(await stage.reserve(change.pico), change.pico);
      return;
    case 'credit':
      await wallet.credit({ accountId, amountPico, paymentId });
      return;
    case 'grant': {
      const expiresAt = stage.now + change.hours * 60 * MINUTE_MS;
      await funds.grant({ accountId, amountPico, grantId: `grant_${index}`, reason: 'test', expiresAt });
      return;
    }
    case 'line':
      await funds.setLine({ accountId, changeId: `line_${index}`, linePico: change.pico });
      return;
    case 'refund': {
      await wallet.credit({ accountId, amountPico, paymentId });
      await funds.takeRefund({ accountId, paymentId, refundId: `refund_${index}`, amountPico, hasHappened: true });
      return;
    }
    case 'dispute': {
      const dispute = { accountId, paymentId, disputeId: `dispute_${index}`, amountPico };
      await funds.takeDisputed(dispute);
      if (change.isWon) await funds.returnDisputed(dispute);
    }
  }
}

/** The months from the first to that of a time. */
function monthsUntil(now: number): readonly string[] {
  const months = ['2026-11'];
  for (;;) {
    const [, next] = boundsOf(months.at(-1) ?? '');
    if (Date.parse(next) > now) return months;
    months.push(next.slice(0, 7));
  }
}

test('the statements of random ledgers add up, follow one another, and end with what the wallet has', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const stage = await WalletStage.funded(1_000n);
      for (const [index, [change, hours]] of steps.entries()) {
        // People look at statements at any time, which closes months.
        if (index % 3 === 0) await close(stage);
        stage.now += hours * 60 * MINUTE_MS + 1;
        await stage.wallet.expireDue();
        await stage.funds.expireGrants();
        // A refusal for lack of money is a part of life.
        await play(stage, change, index).catch(() => undefined);
      }
      stage.now += MINUTE_MS;
      await stage.wallet.expireDue({ everything: true });
      let last: Parts = NO_PARTS;
      for (const month of monthsUntil(stage.now)) {
        const statement = await read(stage, month);
        expect(statement.opening).toEqual(last);
        expectAddsUp(statement);
        last = statement.closing;
      }
      expect(last).toEqual(await partsNow(stage));
      await stage.expectSound();
    }),
    { numRuns: 60 },
  );
});

describe('the statement of a month', () => {
  test('the charges of a day are one line, split by what paid for them', async () => {
    const stage = await WalletStage.funded(100n);
    await stage.funds.grant({ accountId: ACCOUNT, grantId: 'grant_a', amountPico: 30n, reason: 'goodwill' });
    await stage.funds.setLine({ accountId: ACCOUNT, changeId: 'line_a', linePico: 50n });
    stage.now += 1_000;
    for (const pico of [20n, 60n, 70n]) await stage.settle(await stage.reserve(pico), pico);
    const { lines, closing } = await read(stage, '2026-11');
    expect(lines.map(({ kind }) => kind)).toEqual(['grant', 'line', 'credit', 'charges']);
    expect(lines.at(-1)).toEqual({
      at: '2026-11-20',
      kind: 'charges',
      requests: 3n,
      promotionalPico: -30n,
      paidPico: -100n,
      owedPico: 20n,
      debtPico: 0n,
      creditLinePico: 0n,
    });
    expect(closing).toEqual({ promotionalPico: 0n, paidPico: 0n, owedPico: 20n, debtPico: 0n, creditLinePico: 50n });
  });

  test('an event at midnight belongs to the month that begins', async () => {
    const stage = await WalletStage.funded(0n);
    stage.now = Date.parse('2026-12-01T00:00:00.000Z');
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 5n, paymentId: 'pi_a' });
    expect((await read(stage, '2026-11')).lines).toEqual([]);
    expect((await read(stage, '2026-12')).lines).toHaveLength(1);
    expect([(await read(stage, '2026-11')).isOver, (await read(stage, '2026-12')).isOver]).toEqual([true, false]);
  });
});

describe('the statement of an account with many months', () => {
  /** Ten charges of 1 in each month, on its tenth day. */
  async function monthly(months: readonly string[]): Promise<WalletStage> {
    const stage = await WalletStage.funded(1_000n);
    for (const month of months) {
      stage.now = Date.parse(`${month}-10T00:00:00Z`);
      for (let count = 0; count < 10; count += 1) await stage.settle(await stage.reserve(1n), 1n);
    }
    return stage;
  }
  const MONTHS = ['2026-12', '2027-01', '2027-02', '2027-03', '2027-04', '2027-05'];
  const chargesOf = ({ lines }: Statement): readonly (bigint | undefined)[] => lines.map(({ requests }) => requests);

  test('a statement reads the charges of its own month, and none of the months that are closed', async () => {
    const stage = await monthly(MONTHS);
    await close(stage);
    const counter = new ChargeCounter(stage.engine);
    const statement = await statementOf({ store: counter, clock: () => stage.now }, ACCOUNT, '2027-05');
    expect(counter.charges).toBe(10);
    expect([chargesOf(statement), statement.opening.paidPico, statement.closing.paidPico]).toEqual([[10n], 950n, 940n]);
  });

  test('months that were not closed in time are closed one after the other, and an interruption keeps those before it', async () => {
    const stage = await monthly(MONTHS);
    const counter = new ChargeCounter(stage.engine, 25);
    await expect(closeMonths({ store: counter, clock: () => stage.now }, ACCOUNT, '2027-04')).rejects.toThrow();
    const next = new ChargeCounter(stage.engine);
    await closeMonths({ store: next, clock: () => stage.now }, ACCOUNT, '2027-04');
    expect(next.charges).toBeLessThanOrEqual(30);
    expect((await read(stage, '2027-05')).opening.paidPico).toBe(950n);
  });

  test('a month is closed an hour after its end, so that charges that are being written belong to it', async () => {
    const stage = await monthly(['2026-11']);
    stage.now = Date.parse('2026-11-30T23:59:59.000Z');
    const hold = await stage.reserve(5n);
    stage.now = Date.parse('2026-12-01T00:59:59.000Z');
    await close(stage);
    // The clock of the gateway is late.
    stage.now = Date.parse('2026-11-30T23:59:59.500Z');
    await stage.settle(hold, 5n);
    stage.now = Date.parse('2026-12-01T01:00:00.000Z');
    await close(stage);
    expect((await read(stage, '2026-12')).opening.paidPico).toBe(985n);
  });
});

const HOSTILE = '=HYPERLINK("http://x")';
const line = { at: '2026-11-20', kind: '@kind', entryId: '+1', reference: '-1+1', reason: '\tx', ...NO_PARTS };
const hostile: Statement = {
  accountId: ACCOUNT,
  month: '2026-11',
  isOver: true,
  opening: NO_PARTS,
  closing: NO_PARTS,
  lines: [
    { ...line, paidPico: -1_500_000_000_000n },
    { ...line, kind: '\rkind', entryId: HOSTILE, reference: '<script>alert(1)</script>', reason: 'a"b\nc,d' },
  ],
};

test('no cell of a CSV is a formula, and amounts stay numbers', () => {
  const [header, opening, ...rest] = statementCsv(hostile).split('\r\n');
  expect(header).toBe('at,kind,id,reference,reason,requests,promotional,paid,owed,debt,creditLine');
  expect(opening).toBe('2026-11 opening,opening,,,,,0.00,0.00,0.00,0.00,0.00');
  expect(rest[0]).toBe(`2026-11-20,'@kind,'+1,'-1+1,'\tx,,0.00,-1.50,0.00,0.00,0.00`);
  const text = rest.join('\r\n');
  expect(text).toContain(`"'=HYPERLINK(""http://x"")"`);
  expect(text).toContain('"a""b\nc,d"');
  expect(text).toMatch(/,"?'\rkind"?,/);
});

test('the page of a statement escapes what it shows, has no script and loads nothing', () => {
  const page = statementHtml(hostile);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).not.toMatch(/<script|<link|<img|src=|url\(|onload/i);
  expect(page).toContain('-1.50');
});
