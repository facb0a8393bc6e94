import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { ulid } from 'ulid';
import { openStripeFake, type StripeFake } from '../../dev/local/stripe/open-stripe-fake';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { isoTime } from '../../lambdas/contracts/storage/table-keys/key-parts';
import { systemClock as clock } from '../../lambdas/domain/clock';
import { picoOfCents } from '../../lambdas/domain/payments/cents';
import { verifyLedger } from '../../lambdas/domain/wallet/verify/verify-ledger';
import { outcomeOf } from '../domain/wallet/wallet-stage';
import { until } from '../e2e/until';
import { addressedRequest, type Answer } from './addressed-request';
import { readOutputs } from './cdk';
import { Deployment, USAGE_DAYS } from './deployment';
import { logLines } from './emulator-api';
import { initialise, type Stage } from './stage';
import { signedIn } from './signed-in';
import { tollgate } from './tollgate-command';

const NAME = { stage: 'payments' };
const WEBHOOK = '/api/webhooks/stripe';
const API_KEY = `sk_test_${randomBytes(24).toString('hex')}`;
const WEBHOOK_SECRET = `whsec_${randomBytes(24).toString('hex')}`;
const RETURN_URL = 'https://console.example.test/billing';
const CARD_OWNER = {
  email: 'ada@example.test',
  name: 'Ada',
  address: { country: 'US', city: 'X', line1: 'X', line2: null, postal_code: '10115', state: null },
};
/** The delivery of an event, or the batch window of the stream, and the emulator's delays. */
const CREDIT_TIMEOUT_MS = 300_000;
const POLL_MS = 250;

/** Tests the webhook, the API, the watch and their secret together, on a deployment of its own and a local Stripe. */
export function testPayments(stage: () => Stage): void {
  describe('a deployment that takes payments', () => {
    let stripe: StripeFake;
    let deployment: Deployment;
    let originSecret: string;
    let accountId: string;
    let token: string;
    let refusal: string;
    const stops: (() => unknown)[] = [];

    /** Calls the API as CloudFront does, which the emulator cannot. */
    const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}, method = 'POST') =>
      addressedRequest(stage().emulator.endpoint, new URL(deployment.output('ControlPlaneUrl')).host, path, {
        method,
        headers: { ...headers, [ORIGIN_SECRET_HEADER]: originSecret },
        text: body,
      });

    const ask = (path: string, body: object, method = 'POST'): Promise<Answer> =>
      post(`/api/v1${path}`, JSON.stringify(body), { authorization: `Bearer ${token}` }, method);

    /** Stands between Stripe and the API in place of CloudFront. @returns its address */
    async function openEdge(): Promise<string> {
      const edge = createServer((request, response) => {
        void (async () => {
          const signature = String(request.headers['stripe-signature']);
          const answer = await post(request.url ?? '', await text(request), { 'stripe-signature': signature });
          response.writeHead(answer.status ?? 502).end(answer.text);
        })();
      }).listen(0, '127.0.0.1');
      await once(edge, 'listening');
      stops.push(() => {
        edge.closeAllConnections();
        edge.close();
      });
      return `http://127.0.0.1:${(edge.address() as AddressInfo).port}`;
    }

    beforeAll(async () => {
      const { cdk, config, emulator } = stage();
      const edge = await openEdge();
      stripe = await openStripeFake({ clock, webhooks: [{ url: `${edge}${WEBHOOK}`, secret: WEBHOOK_SECRET }] });
      stops.push(() => stripe.close());
      const settings = { ...config, ...NAME, payments: { stripe: true, apiUrl: stripe.url } };
      refusal = await cdk.deploy(settings).catch(String);
      const keys = `apiKey=${API_KEY}\nwebhookSecret=${WEBHOOK_SECRET}\n`;
      await tollgate(emulator.endpoint, ['payments', 'keys'], keys, NAME.stage);
      await cdk.deploy(settings);
      deployment = new Deployment(emulator.endpoint, readOutputs());
      stops.push(() => deployment.close());
      originSecret = await deployment.originSecret();
      await initialise(emulator, NAME);
      token = (await signedIn({ emulator, deployment }, 'buyer@example.test')).access;
      const created = await ask('/accounts', { name: 'Buyers' });
      ({ accountId } = JSON.parse(created.text) as { readonly accountId: string });
    });

    afterAll(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    const available = async (): Promise<bigint> => (await deployment.wallet.balance(accountId))?.availablePico ?? -1n;

    const untilAvailable = (cents: bigint): Promise<unknown> =>
      until(
        'the credit',
        async () => {
          if ((await available()) === picoOfCents(cents)) return true;
          await delay(POLL_MS);
          return false;
        },
        CREDIT_TIMEOUT_MS,
      );

    /** Charges the account as a request does. */
    async function spend(cents: bigint): Promise<void> {
      const now = clock();
      const request = { keyId: ulid(now), endpoint: 'chat', model: 'm', provider: 'openai', streamed: true } as const;
      const hold = await deployment.wallet.reserve({
        accountId,
        requestId: `req_${ulid(now)}`,
        holdPico: picoOfCents(cents),
        deadline: now + 60_000,
        request: { ...request, at: isoTime(now), priceVersion: 'any' },
      });
      await deployment.wallet.settle({ hold, kind: 'charge', costPico: picoOfCents(cents), record: outcomeOf(hold) });
    }

    test('a deployment without keys of Stripe fails, and says how to store them', () => {
      expect(refusal).toContain('tollgate payments keys --stack');
    });

    test(
      'a purchase through the API is credited by the signed event that the webhook receives, once',
      async () => {
        const topUp = await ask(`/accounts/${accountId}/top-ups`, {
          amount: '25',
          saveMethod: true,
          returnUrl: RETURN_URL,
        });
        expect(topUp).toMatchObject({ status: 201 });
        const { url } = JSON.parse(topUp.text) as { readonly url: string };
        const [checkoutId = ''] = /cs_\w+/.exec(url) ?? [];
        stripe.controls.pay(checkoutId, 'pm_card_visa', CARD_OWNER);
        await untilAvailable(2_500n);
        // A repeated event credits nothing.
        const events = stripe.controls.events('payment_intent.succeeded').map(({ id }) => id);
        expect(await stripe.controls.deliver(events)).toMatchObject([{ status: 200 }]);
        expect(await available()).toBe(picoOfCents(2_500n));
      },
      CREDIT_TIMEOUT_MS,
    );

    test('an event with a wrong signature, or without one, is refused and credits nothing', async () => {
      const [event] = stripe.controls.events('payment_intent.succeeded');
      const seconds = Math.floor(Date.now() / 1_000);
      const forged = { 'stripe-signature': `t=${seconds},v1=${'0'.repeat(64)}` };
      for (const headers of [{}, forged] as Readonly<Record<string, string>>[]) {
        expect(await post(WEBHOOK, JSON.stringify(event), headers)).toMatchObject({ status: 403 });
      }
      expect(await available()).toBe(picoOfCents(2_500n));
    });

    test(
      'an account that a request runs low buys credit, because the watch reads the change of its balance',
      async () => {
        const settings = { isOn: true, threshold: '20', amount: '20', monthMax: '100' };
        expect(await ask(`/accounts/${accountId}/auto-top-up`, settings, 'PUT')).toMatchObject({ status: 200 });
        expect(await available()).toBe(picoOfCents(2_500n));
        await spend(1_000n);
        await untilAvailable(3_500n);
        expect(stripe.controls.events('payment_intent.succeeded')).toHaveLength(2);
      },
      CREDIT_TIMEOUT_MS,
    );

    test('the ledger of the deployment is whole, and no log has a key or the address of a person', async () => {
      const { store, accounts } = deployment;
      const usageWindow = { clock, usageRetentionDays: USAGE_DAYS };
      const report = await verifyLedger({ store, everyAccount: accounts.list(), usageWindow });
      expect(report).toMatchObject({ differences: [], unstable: [] });
      const lines = (await logLines(stage().emulator.endpoint)).join();
      for (const value of [API_KEY, WEBHOOK_SECRET, CARD_OWNER.email]) expect(lines).not.toContain(value);
    });
  });
}
