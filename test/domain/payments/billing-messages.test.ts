import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { StripeProcessor } from '../../../lambdas/adapters/stripe/stripe-processor';
import { DAY_MS } from '../../../lambdas/domain/clock';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Invoices } from '../../../lambdas/domain/payments/invoices';
import { SubscriptionChanges } from '../../../lambdas/domain/payments/plans/subscription-changes';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { atEveryStep, MortalStore } from '../notifications/mortal-store';
import { waitingMessages } from '../notifications/waiting-messages';
import { FaultyStore } from '../wallet/faulty-store';
import { ACCOUNT } from '../wallet/wallet-stage';
import { DEPLOYMENT, RETURN_URL } from './payments-stage';
import { SubscriptionStage } from './subscription-stage';

let stage: SubscriptionStage;
beforeEach(async () => {
  stage = await SubscriptionStage.open();
});
afterEach(() => stage.payments.close());

/** The messages of a kind that were written so far. They end after a week, so tests collect them as they go. */
async function told(kind: 'invoice_issued' | 'subscription_changed'): Promise<readonly Record<string, unknown>[]> {
  const messages = await waitingMessages(stage.payments.wallet.engine);
  return messages
    .filter((message) => message.kind === kind)
    .map(({ parameters }) => parameters as Record<string, unknown>);
}

const changes = async (): Promise<readonly unknown[]> =>
  (await told('subscription_changed')).map(({ change }) => change);
const invoices = async (): Promise<readonly unknown[]> =>
  (await told('invoice_issued')).map(({ amountPico }) => amountPico);
const DOLLARS = (dollars: bigint): bigint => dollars * 1_000_000_000_000n;
const receive = () => stage.payments.receive();

/** The parts of a process that tell about invoices and subscriptions, on a store of its own. */
function process(store: TableStore) {
  const { wallet } = stage.payments;
  const clock = () => wallet.now;
  const processor = new StripeProcessor({ stripe: stage.stripe, deployment: DEPLOYMENT, automaticTax: false });
  const options = { store, clock, processor, deployment: DEPLOYMENT, notify: notifyBy(clock) };
  return { invoices: new Invoices(options), subscriptions: new SubscriptionChanges(options) };
}

const invoiceId = async (): Promise<string> => (await stage.stripe.invoices.list({ limit: 1 })).data[0]?.id ?? '';

describe('the message about an invoice', () => {
  test('the invoice of a purchase is told once, with its total and its ID', async () => {
    await stage.payments.buy(2_500n);
    await receive();
    await receive();
    expect(await told('invoice_issued')).toEqual([{ amountPico: DOLLARS(25n), invoiceId: await invoiceId() }]);
  });

  test.each<[string, (ids: readonly string[]) => readonly string[]]>([
    ['come twice', (ids) => [...ids, ...ids]],
    ['come in reverse', (ids) => ids.toReversed()],
    [
      'come in a mixed order, in part',
      (ids) =>
        ids
          .filter((_, at) => at % 2 === 0)
          .toReversed()
          .concat(ids.slice(0, 9)),
    ],
  ])('each invoice of a subscription is told once if its events %s', async (_how, order) => {
    await stage.subscribe();
    stage.pass(31);
    await stage.payments.receive(order);
    await receive();
    expect(await invoices()).toEqual([DOLLARS(10n), DOLLARS(10n)]);
  });

  test('an invoice whose payment fails is told when it is issued, and not again when it is paid', async () => {
    await stage.subscribe();
    await receive();
    stage.payments.stripe.controls.setNextOutcome('card_declined');
    stage.pass(31);
    await receive();
    expect(await invoices()).toEqual([DOLLARS(10n)]);
    stage.pass(3);
    await receive();
    expect(await invoices()).toEqual([DOLLARS(10n)]);
  });

  test('an invoice is told once, also if an event of it comes after months', async () => {
    await stage.payments.buy(2_500n);
    await receive();
    stage.payments.wallet.now += 90 * DAY_MS;
    await receive();
    expect(await invoices()).toEqual([]);
  });

  test('an invoice whose events never arrive is told by the reconciliation', async () => {
    await stage.payments.buy(2_500n);
    for (let run = 0; run < 2; run += 1)
      await stage.payments.payments.reconcile({ from: 0, to: stage.payments.wallet.now + 1_000 });
    expect(await invoices()).toEqual([DOLLARS(25n)]);
  });

  test('an invoice of another deployment, a draft and a purchase without one are not told', async () => {
    await stage.payments.buy(2_500n);
    const { wallet } = stage.payments;
    const clock = () => wallet.now;
    const processor = new StripeProcessor({ stripe: stage.stripe, deployment: 'other', automaticTax: false });
    const other = new Invoices({ store: wallet.store, clock, processor, deployment: 'other', notify: notifyBy(clock) });
    await other.tell(await invoiceId());
    const { id: customer } = await stage.stripe.customers.create({});
    const metadata = { tollgate_deployment: DEPLOYMENT, tollgate_account: ACCOUNT };
    const draft = await stage.stripe.invoices.create({ customer, metadata });
    for (const id of [draft.id, 'in_missing', 'pi_missing', 'cus_1']) await process(wallet.store).invoices.tell(id);
    expect(await invoices()).toEqual([]);
  });

  test('a process that dies at any step of telling about an invoice tells about it once', async () => {
    await stage.payments.buy(2_500n);
    const id = await invoiceId();
    const steps = await atEveryStep(async (diesAt) => {
      const engine = EmbeddedStore.memory({ clock: () => stage.payments.wallet.now });
      const mortal = new MortalStore(engine, diesAt);
      await process(mortal)
        .invoices.tell(id)
        .catch(() => undefined);
      for (let run = 0; run < 2; run += 1) await process(engine).invoices.tell(id);
      expect(await waitingMessages(engine)).toHaveLength(1);
      return mortal;
    });
    expect(steps).toBeGreaterThan(3);
  });

  test('many processes that see an invoice at the same time tell about it once', async () => {
    await stage.payments.buy(2_500n);
    const id = await invoiceId();
    const store = new FaultyStore(stage.payments.wallet.engine);
    store.interleave([0, 2, 1]);
    await Promise.allSettled(Array.from({ length: 6 }, () => process(store).invoices.tell(id)));
    expect(await invoices()).toEqual([DOLLARS(25n)]);
  });

  test('the URL of an invoice’s page is stored nowhere', async () => {
    await stage.payments.buy(2_500n);
    await receive();
    const page = await stage.payments.payments.processor.invoicePage(await invoiceId());
    expect(page).toMatch(/^http/);
    expect(JSON.stringify(await told('invoice_issued'), (_, value: unknown) => String(value))).not.toContain('http');
  });
});

describe('the message about a payment that fails', () => {
  const begin = async (): Promise<string> => {
    const urls = { successUrl: RETURN_URL, cancelUrl: RETURN_URL };
    const topUp = { accountId: ACCOUNT, topUpId: 'later', creditCents: 2_500n, savesMethod: true, ...urls };
    return (await stage.payments.payments.topUps.begin(topUp)).checkoutId;
  };
  const failed = async (): Promise<readonly unknown[]> =>
    (await waitingMessages(stage.payments.wallet.engine))
      .filter(({ kind }) => kind === 'top_up_failed')
      .map(({ parameters }) => parameters);

  test('a payment that is refused after its payer has left is told once, also if its events come after months', async () => {
    const { payment_intent: paymentId } = stage.payments.stripe.controls.refuseLater(await begin());
    await stage.payments.receive((ids) => [...ids, ...ids].reverse());
    expect(await failed()).toEqual([{ amountPico: DOLLARS(25n), paymentId }]);
    expect(await stage.payments.view()).toMatchObject({ availablePico: 0n });
    stage.payments.wallet.now += 90 * DAY_MS;
    await receive();
    expect(await failed()).toEqual([]);
  });

  test('a card that is declined on the page, and a page that nobody pays on, tell nobody', async () => {
    const checkoutId = await begin();
    stage.payments.stripe.controls.pay(checkoutId, 'pm_card_visa_chargeDeclined');
    await receive();
    stage.pass(2);
    await receive();
    expect(await failed()).toEqual([]);
  });
});

describe('the message about a subscription', () => {
  test('a subscription tells once that it has started, was changed, canceled, resumed and has ended', async () => {
    await stage.subscribe();
    await receive();
    expect(await changes()).toEqual(['started']);
    stage.payments.wallet.now += 1_000;
    await stage.upgrade();
    await receive();
    for (const isWanted of [true, false, true]) {
      stage.payments.wallet.now += 1_000;
      await stage.cancelAtPeriodEnd(isWanted);
      await receive();
      await receive();
    }
    expect(await changes()).toEqual(['started', 'changed', 'canceled', 'resumed', 'canceled']);
    const [, , canceled] = await told('subscription_changed');
    const subscription = await stage.payments.payments.plans.subscription(ACCOUNT);
    expect(canceled).toMatchObject({ endsAt: new Date(subscription?.endsAt ?? 0).toISOString() });
    stage.pass(32);
    await receive();
    expect(await changes()).toEqual(['ended']);
  });

  test('a renewal whose payment fails is told once however often it is tried again, and so is its success', async () => {
    await stage.subscribe();
    await receive();
    stage.payments.stripe.controls.setNextOutcome('card_declined', 2);
    stage.pass(31);
    await receive();
    expect(await changes()).toEqual(['past_due']);
    stage.pass(3);
    await receive();
    expect(await changes()).toEqual(['past_due']);
    stage.pass(5);
    await receive();
    expect(await changes()).toEqual(['renewed']);
  });

  test('a subscription that is renewed as planned tells nobody', async () => {
    await stage.subscribe();
    await receive();
    stage.pass(31);
    await receive();
    expect(await changes()).toEqual([]);
  });

  test('events that come late and in reverse tell about the present state once', async () => {
    await stage.subscribe();
    await stage.cancelAtPeriodEnd(true);
    await stage.payments.receive((ids) => [...ids, ...ids].reverse());
    expect(await changes()).toEqual(['started']);
    stage.payments.wallet.now += 1_000;
    await stage.stripe.subscriptions.cancel(stage.subscriptionId);
    await stage.payments.receive((ids) => [...ids].reverse());
    expect(await changes()).toEqual(['started', 'ended']);
  });

  test('a subscription whose first payment was not made tells nobody', async () => {
    await stage.subscribe();
    const { wallet } = stage.payments;
    const clock = () => wallet.now;
    const base = { subscriptionId: 'sub_a', priceId: 'p', periodEndsAt: 0, endsAt: undefined, isOver: false };
    let state = 'incomplete';
    const owned = { ...base, deployment: DEPLOYMENT, accountId: ACCOUNT };
    const processor = { subscription: async () => ({ ...owned, state, isOver: state === 'incomplete_expired' }) };
    const subscriptions = new SubscriptionChanges({
      store: wallet.store,
      clock,
      processor,
      deployment: DEPLOYMENT,
      notify: notifyBy(clock),
    });
    await subscriptions.follow('sub_a');
    expect(await changes()).toEqual([]);
    state = 'incomplete_expired';
    await subscriptions.follow('sub_a');
    expect(await changes()).toEqual([]);
  });

  test('a process that dies at any step of telling about a subscription tells about its state once', async () => {
    await stage.subscribe();
    const steps = await atEveryStep(async (diesAt) => {
      const engine = EmbeddedStore.memory({ clock: () => stage.payments.wallet.now });
      const mortal = new MortalStore(engine, diesAt);
      await process(mortal)
        .subscriptions.follow(stage.subscriptionId)
        .catch(() => undefined);
      for (let run = 0; run < 2; run += 1) await process(engine).subscriptions.follow(stage.subscriptionId);
      expect(await waitingMessages(engine)).toHaveLength(1);
      return mortal;
    });
    expect(steps).toBeGreaterThan(3);
  });

  test('a process that is overtaken while it tells about a state tells about the next one too', async () => {
    await stage.subscribe();
    await receive();
    const { wallet } = stage.payments;
    const slow = new FaultyStore(wallet.engine);
    const other = () => process(wallet.engine).subscriptions.follow(stage.subscriptionId);
    // The other process finds what was told before, because this one has not written yet.
    slow.plan(async () => {
      await stage.cancelAtPeriodEnd(false);
      await other();
      wallet.now += 1_000;
    });
    wallet.now += 1_000;
    await stage.cancelAtPeriodEnd(true);
    await process(slow).subscriptions.follow(stage.subscriptionId);
    await other();
    expect((await changes()).toSorted()).toEqual(['canceled', 'resumed', 'started']);
  });

  test('many processes that see a new state at the same time tell about it once', async () => {
    await stage.subscribe();
    const store = new FaultyStore(stage.payments.wallet.engine);
    store.interleave([0, 3, 1, 2, 5]);
    await Promise.allSettled(
      Array.from({ length: 5 }, () => process(store).subscriptions.follow(stage.subscriptionId)),
    );
    expect(await changes()).toEqual(['started']);
  });
});
