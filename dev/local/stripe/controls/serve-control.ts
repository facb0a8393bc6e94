import { z } from 'zod';
import { FAULT_KINDS } from '../http/faults';
import type { FormValue } from '../http/form';
import { StripeFailure } from '../http/stripe-failure';
import { DISPUTE_REASONS } from '../payments/disputes';
import { OUTCOMES } from '../payments/outcome';
import type { FakeControls } from './fake-controls';

const id = z.string().min(1);
const count = z.int().min(0).max(1_000_000_000);
const address = z.object({
  city: z.string().nullable().default(null),
  country: z.string().nullable().default(null),
  line1: z.string().nullable().default(null),
  line2: z.string().nullable().default(null),
  postal_code: z.string().nullable().default(null),
  state: z.string().nullable().default(null),
});
const buyer = z.object({ email: z.string(), name: z.string(), address }).partial();
const fault = z.object({
  kind: z.enum(FAULT_KINDS),
  applied: z.boolean().optional(),
  times: count.optional(),
  path: z.string().optional(),
  method: z.string().optional(),
});
const plan = z
  .object({
    mode: z.enum(['automatic', 'manual']),
    copies: count,
    dropNext: count,
    delaySeconds: count,
    newestFirst: z.boolean(),
    beforeReply: z.boolean(),
  })
  .partial();
const formValue: z.ZodType<FormValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number().transform(String),
    z.boolean().transform(String),
    z.array(formValue),
    z.record(z.string(), formValue),
  ]),
);
const params = z.record(z.string(), formValue);

type Run = (controls: FakeControls, body: unknown) => unknown;

const control =
  <T extends z.ZodType>(schema: T, run: (controls: FakeControls, body: z.output<T>) => unknown): Run =>
  (controls, body) =>
    run(controls, schema.parse(body));

const none = z.object({});

/** `POST /_fake/{name}` with a JSON object. */
const CONTROLS: Readonly<Record<string, Run>> = {
  advance: control(z.object({ seconds: count }), (fake, { seconds }) => fake.advance(seconds)),
  tick: control(none, (fake) => fake.tick()),
  'next-outcome': control(z.object({ outcome: z.enum(OUTCOMES), times: count.default(1) }), (fake, body) =>
    fake.setNextOutcome(body.outcome, body.times),
  ),
  'delay-next': control(none, (fake) => fake.delayNext()),
  'end-processing': control(z.object({ id, succeeds: z.boolean().default(true) }), (fake, body) =>
    fake.endProcessing(body.id, body.succeeds),
  ),
  'fail-next': control(fault, (fake, body) => fake.failNext(body)),
  'clear-faults': control(none, (fake) => fake.clearFaults()),
  pay: control(z.object({ session: id, card: id, buyer: buyer.default({}) }), (fake, body) =>
    fake.pay(body.session, body.card, body.buyer),
  ),
  authenticate: control(z.object({ id, succeeds: z.boolean().default(true) }), (fake, body) =>
    fake.authenticate(body.id, body.succeeds),
  ),
  'open-dispute': control(
    z.object({ id, isInquiry: z.boolean().optional(), reason: z.enum(DISPUTE_REASONS).optional() }),
    (fake, body) => fake.openDispute(body.id, body),
  ),
  'escalate-dispute': control(z.object({ id }), (fake, body) => fake.escalateDispute(body.id)),
  'win-dispute': control(z.object({ id }), (fake, body) => fake.winDispute(body.id)),
  'lose-dispute': control(z.object({ id }), (fake, body) => fake.loseDispute(body.id)),
  'fail-refund': control(z.object({ id }), (fake, body) => fake.failRefund(body.id)),
  'charge-fee': control(z.object({ amount: count, description: z.string().optional() }), (fake, body) =>
    fake.chargeFee(body.amount, body.description),
  ),
  webhooks: control(plan, (fake, body) => fake.setWebhooks(body)),
  events: control(z.object({ type: z.string().optional() }), (fake, body) => fake.events(body.type)),
  deliver: control(
    z.object({
      events: z.array(id),
      secret: z.string().optional(),
      timestamp: count.optional(),
      times: count.optional(),
    }),
    (fake, body) => fake.deliver(body.events, body),
  ),
  deliveries: control(none, (fake) => fake.deliveries()),
  idle: control(none, (fake) => fake.idle()),
  seed: control(z.object({ calls: z.array(z.object({ path: id, params })) }), (fake, body) => fake.seed(body.calls)),
};

/** @returns a status, and JSON */
export async function serveControl(
  controls: FakeControls,
  name: string,
  body: string,
): Promise<{ status: number; body: string }> {
  const run = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : undefined;
  if (!run) return refused(404, `There is no control ${name}: use one of ${Object.keys(CONTROLS).join(', ')}.`);
  try {
    const result = await run(controls, body === '' ? {} : JSON.parse(body));
    return { status: 200, body: JSON.stringify(result ?? {}) };
  } catch (error) {
    if (error instanceof StripeFailure) return refused(error.status, error.message);
    if (error instanceof z.ZodError) return refused(400, z.prettifyError(error));
    return refused(400, error instanceof Error ? error.message : 'The control failed.');
  }
}

const refused = (status: number, message: string) => ({ status, body: JSON.stringify({ error: { message } }) });
