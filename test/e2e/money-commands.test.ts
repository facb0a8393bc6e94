import { ProcessRun } from './process-run';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

type Printed = Readonly<Record<string, string>>;
const json = (text: string) => JSON.parse(text) as Printed;

/** Buys credit on the page of the local Stripe. @returns the payment's ID, once it is booked */
async function bought(usd: string): Promise<string> {
  const { apiUrl, accountId } = run.gateway;
  const headers = { authorization: `Bearer ${await run.accessToken('owner')}`, 'content-type': 'application/json' };
  const at = `${apiUrl}/v1/accounts/${accountId}`;
  const begun = await fetch(`${at}/top-ups`, { method: 'POST', headers, body: JSON.stringify({ amount: usd }) });
  const { url } = (await begun.json()) as { readonly url: string };
  const address = { line1: '1 Main St', city: 'Berlin', postal_code: '10115', country: 'DE' };
  const buyer = { name: 'Ada', email: 'ada@example.com', card: 'pm_card_visa' };
  await fetch(url, { method: 'POST', body: new URLSearchParams({ ...address, ...buyer }), redirect: 'manual' });
  await run.tollgate('payments', 'reconcile');
  const entries = await fetch(`${at}/entries?kind=credit`, { headers });
  const { items } = (await entries.json()) as { readonly items: readonly Printed[] };
  return items.find(({ entryId }) => entryId?.startsWith('pi_'))?.['entryId'] ?? '';
}

let paymentId: string;

describe.each(['while the gateway runs', 'after the gateway has stopped'])('%s', (when) => {
  const isRunning = when === 'while the gateway runs';
  beforeAll(async () => {
    if (isRunning) paymentId = await bought('20');
    else await run.interrupt();
  });

  test('an operator grants credit, sets a credit line and refunds a payment', async () => {
    const { accountId } = run.gateway;
    const grant = await run.tollgate('wallet', 'grant', accountId, '1.50', '--reason', 'goodwill');
    expect(grant).toMatchObject({ code: 0, err: '' });
    expect(json(grant.out)).toMatchObject({
      grantId: expect.stringMatching(/^grant_/) as string,
      promotional: isRunning ? '1.50' : '3.00',
    });
    const line = await run.tollgate('wallet', 'line', accountId, isRunning ? '100' : '0');
    expect(json(line.out)).toMatchObject({ creditLine: isRunning ? '100.00' : '0.00', owed: '0.00' });
    const refund = await run.tollgate('wallet', 'refund', accountId, paymentId, '5.25');
    expect(refund).toMatchObject({ code: 0, err: '' });
    expect(json(refund.out)).toMatchObject({ paid: isRunning ? '19.75' : '14.50' });
    const tooMuch = await run.tollgate('wallet', 'refund', accountId, paymentId, '20');
    expect(tooMuch).toMatchObject({ code: 1, err: expect.stringContaining('can be refunded now') as string });
    const audit = await run.tollgate('audit', 'export', accountId);
    for (const action of ['wallet.grant', 'wallet.lend', 'payment.refund']) expect(audit.out).toContain(action);
  });

  test('the statement of the month is printed as JSON, CSV and HTML', async () => {
    const { accountId } = run.gateway;
    const month = new Date().toISOString().slice(0, 7);
    const statement = async (...options: readonly string[]): Promise<string> =>
      (await run.tollgate('wallet', 'statement', accountId, month, ...options)).out;
    expect(JSON.parse(await statement())).toMatchObject({ month, closing: { paid: isRunning ? '19.75' : '14.50' } });
    expect(await statement('--csv')).toContain(`${month} closing,closing,`);
    expect(await statement('--html')).toContain('<!doctype html>');
  });

  test('the ledger agrees with Stripe, and no payment waits for an operator', async () => {
    const reconciled = await run.tollgate('payments', 'reconcile');
    expect(reconciled).toMatchObject({ code: 0, err: '' });
    expect(json(reconciled.out)).toMatchObject({ reconciled: true, payments: 1, differences: 0 });
    expect(await run.tollgate('payments', 'exceptions')).toMatchObject({ code: 0, out: '' });
    expect(await run.tollgate('ledger', 'verify')).toMatchObject({ code: 0 });
  });
});

test.each([
  [['wallet', 'grant', 'acc', '5'], 'Say why with --reason'],
  [['wallet', 'grant', 'acc', '-5', '--reason', 'x'], 'Unknown option'],
  [['wallet', 'grant', 'acc', '5', '--reason', 'For Ada'], 'The reason must be a code'],
  [['wallet', 'line', 'acc', 'much'], 'The credit line must be a number'],
  [['wallet', 'refund', 'acc', 'ch_1', '5'], 'Invalid payment ID'],
  [['wallet', 'refund', 'acc', 'pi_1', '0.001'], 'whole cents'],
  [['wallet', 'statement', 'acc', '2026-13'], 'Give the month'],
  [['wallet', 'statement', 'acc', '2026-11', '--csv', '--html'], 'either --csv or --html'],
  [['payments', 'reconcile', '--from', 'yesterday'], 'Write the time'],
  [['payments', 'settle'], 'Unknown command'],
])('the command %j says what is wrong', async (args, message) => {
  expect(await run.tollgate(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
});

test('the commands about money are in the help', async () => {
  const { out } = await run.tollgate('--help');
  for (const command of ['wallet grant', 'wallet line', 'wallet refund', 'wallet statement', 'payments reconcile']) {
    expect(out).toContain(command);
  }
});
