import { randomUUID } from 'node:crypto';
import { refusalOf } from '../local-stripe';
import type { Target } from './target';

export function customerCases({ name, stripe }: Target): void {
  test(`${name}: a customer is created, updated, retrieved and deleted`, async () => {
    const { id } = await stripe().customers.create({
      email: 'a@example.com',
      metadata: { account: 'acc_1', old: 'x' },
    });
    const updated = await stripe().customers.update(id, { name: 'Ada', metadata: { old: '' } });
    expect(updated).toMatchObject({ id, email: 'a@example.com', name: 'Ada', metadata: { account: 'acc_1' } });
    expect(updated.metadata).not.toHaveProperty('old');
    expect(await stripe().customers.del(id)).toMatchObject({ id, object: 'customer', deleted: true });
    expect(await stripe().customers.retrieve(id)).toMatchObject({ id, deleted: true });
  });

  test(`${name}: an unknown customer is not found, and the error names it`, async () => {
    const error = await refusalOf(stripe().customers.retrieve('cus_unknown'));
    expect(error).toMatchObject({
      statusCode: 404,
      type: 'StripeInvalidRequestError',
      code: 'resource_missing',
      param: 'id',
    });
    expect(error.requestId).toMatch(/^req_/);
  });

  test(`${name}: a page cannot be opened for a customer that was deleted, and the error names the parameter`, async () => {
    const { id: customer } = await stripe().customers.create({});
    await stripe().customers.del(customer);
    const error = await refusalOf(
      stripe().checkout.sessions.create({
        mode: 'setup',
        currency: 'usd',
        customer,
        success_url: 'https://example.com',
      }),
    );
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', code: 'resource_missing', param: 'customer' });
  });

  test(`${name}: a list comes in pages, the newest first, and can be filtered by its creation`, async () => {
    const email = `${randomUUID()}@example.com`;
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) ids.unshift((await stripe().customers.create({ email })).id);
    const first = await stripe().customers.list({ email, limit: 2 });
    expect([first.data.map(({ id }) => id), first.has_more]).toEqual([ids.slice(0, 2), true]);
    const second = await stripe().customers.list({ email, limit: 2, starting_after: ids[1] });
    expect([second.data.map(({ id }) => id), second.has_more]).toEqual([ids.slice(2), false]);
    expect(await stripe().customers.list({ email, limit: 1 }).autoPagingToArray({ limit: 10 })).toHaveLength(3);
    const { created } = first.data[0]!;
    expect((await stripe().customers.list({ email, created: { gt: created } })).data).toHaveLength(0);
    expect((await stripe().customers.list({ email, created: { gte: created - 60, lte: created } })).data).toHaveLength(
      3,
    );
  });

  test(`${name}: a saved card is listed for its customer until it is detached`, async () => {
    const { id: customer } = await stripe().customers.create({});
    const method = await stripe().paymentMethods.attach('pm_card_visa', { customer });
    expect(method).toMatchObject({ customer, type: 'card', card: { brand: 'visa', last4: '4242' } });
    expect((await stripe().customers.listPaymentMethods(customer)).data.map(({ id }) => id)).toEqual([method.id]);
    expect(await stripe().paymentMethods.detach(method.id)).toMatchObject({ customer: null });
    expect((await stripe().paymentMethods.list({ customer, type: 'card' })).data).toEqual([]);
    const error = await refusalOf(
      stripe().paymentIntents.create({
        amount: 500,
        currency: 'usd',
        customer,
        payment_method: method.id,
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        off_session: true,
      }),
    );
    expect(error.statusCode).toBe(400);
  });
}
