import { randomUUID } from 'node:crypto';
import { refusalOf } from '../local-stripe';
import type { Target } from './target';

export function idempotencyCases({ name, stripe }: Target): void {
  test(`${name}: the same idempotency key with the same parameters gets the same answer`, async () => {
    const idempotencyKey = randomUUID();
    const first = await stripe().customers.create({ name: 'Once', metadata: { b: '2', a: '1' } }, { idempotencyKey });
    const second = await stripe().customers.create({ name: 'Once', metadata: { b: '2', a: '1' } }, { idempotencyKey });
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
  });

  test(`${name}: the same idempotency key with other parameters is refused`, async () => {
    const idempotencyKey = randomUUID();
    await stripe().customers.create({ name: 'One' }, { idempotencyKey });
    const error = await refusalOf(stripe().customers.create({ name: 'Two' }, { idempotencyKey }));
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError', rawType: 'idempotency_error' });
  });

  test(`${name}: a declined payment is repeated to its idempotency key, and nothing is charged`, async () => {
    const idempotencyKey = randomUUID();
    const declined = () =>
      refusalOf(
        stripe().paymentIntents.create(
          {
            amount: 800,
            currency: 'usd',
            payment_method: 'pm_card_visa_chargeDeclined',
            confirm: true,
            automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
            allowed_payment_method_types: ['card'],
          },
          { idempotencyKey },
        ),
      );
    const first = await declined();
    expect(await declined()).toMatchObject({ code: 'card_declined', charge: first.charge });
  });

  test(`${name}: a request that was refused for a parameter leaves its idempotency key unused`, async () => {
    const idempotencyKey = randomUUID();
    const create = (amount: number) =>
      stripe().paymentIntents.create(
        { amount, currency: 'usd', allowed_payment_method_types: ['card'] },
        { idempotencyKey },
      );
    expect(await refusalOf(create(-1))).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error' });
    expect(await create(600)).toMatchObject({ amount: 600 });
  });
}
