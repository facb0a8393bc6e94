import { stripeKeysSecretSchema } from '../../lambdas/contracts/deployment/secrets';
import { checkStripeKeys } from '../../lambdas/handlers/payments/check-stripe-keys';

const KEYS = { apiKey: 'rk_live_Qm3vX8bL2kTz7RwYc5Nd', webhookSecret: 'whsec_Zt6hJ4pWq9Vb3Xk8Ls2Rn7Dy' };

const parse = (keys: object | string) =>
  stripeKeysSecretSchema.safeParse(typeof keys === 'string' ? keys : JSON.stringify(keys)).success;

test('keys of Stripe are an API key, a signing secret, and during a rotation the one before it', () => {
  expect(parse(KEYS)).toBe(true);
  expect(parse({ ...KEYS, previousWebhookSecret: 'whsec_B5kXv2Zr8Tm4Qj7Wn9Lc3Hd6' })).toBe(true);
  expect(parse({ ...KEYS, apiKey: `sk_test_${'51HxQm3vX8bL2kTz7RwYc5Nd'.repeat(4)}` })).toBe(true);
});

test.each<[keys: object | string, what: string]>([
  ['', 'nothing'],
  ['{}', 'the first value of the secret'],
  ['whsec_Zt6hJ4pWq9Vb3Xk8Ls2Rn7Dy', 'a bare secret'],
  [{ ...KEYS, webhookSecret: '' }, 'an empty signing secret'],
  [{ ...KEYS, webhookSecret: 'whsec_' }, 'a signing secret without its random part'],
  [{ ...KEYS, webhookSecret: 'whsec_Zt6hJ4pWq9Vb3Xk8Ls2Rn7D' }, 'a signing secret that is too short'],
  [{ ...KEYS, webhookSecret: 'whsec_test' }, 'the placeholder of CVE-2026-41432'],
  [{ ...KEYS, webhookSecret: 'whsec_test_secret_0a9b8c7d6e5f4g3h2i1j' }, 'a signing secret of an example'],
  [{ ...KEYS, webhookSecret: 'whsec_changeme_changeme_changeme_now' }, 'a signing secret to be changed'],
  [{ ...KEYS, webhookSecret: `whsec_${'a'.repeat(32)}` }, 'one repeated character'],
  [{ ...KEYS, webhookSecret: 'whsec_abcdefghijklmnopqrstuvwxyz012345' }, 'a run on the keyboard'],
  [{ ...KEYS, previousWebhookSecret: '' }, 'an empty signing secret of before'],
  [{ ...KEYS, apiKey: '' }, 'an empty API key'],
  [{ ...KEYS, apiKey: 'pk_live_Qm3vX8bL2kTz7RwYc5Nd' }, 'a publishable key'],
  [{ ...KEYS, apiKey: 'sk_test_4eC39HqLyjWDarjtT1zdp7dc' }, 'the key of the documentation of Stripe'],
  [{ webhookSecret: KEYS.webhookSecret }, 'no API key'],
  [{ ...KEYS, other: 'x' }, 'another member'],
])('keys of Stripe are refused: %j is %s', (keys) => {
  expect(parse(keys)).toBe(false);
});

const EVENT = {
  RequestType: 'Create',
  ServiceToken: 'arn',
  ResponseURL: 'https://cloudformation.test/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Checked',
  ResourceType: 'Custom::StripeKeys',
  ResourceProperties: { ServiceToken: 'arn' },
} as const;

/** Checks the keys in a deployment. @returns what CloudFormation is told */
async function answerTo(type: 'Create' | 'Update' | 'Delete', readKeys: () => Promise<unknown>): Promise<object> {
  const sent: string[] = [];
  const send = (url: string, body: string): Promise<{ readonly ok: boolean }> => {
    expect(url).toBe(EVENT.ResponseURL);
    sent.push(body);
    return Promise.resolve({ ok: true });
  };
  const more = { PhysicalResourceId: 'stripe-keys', OldResourceProperties: {} };
  await checkStripeKeys({ readKeys, send })({ ...EVENT, ...more, RequestType: type } as Parameters<
    ReturnType<typeof checkStripeKeys>
  >[0]);
  expect(sent).toHaveLength(1);
  return JSON.parse(sent[0] ?? '') as object;
}

const unusable = (): Promise<unknown> => Promise.reject(new Error('a secret is empty or malformed: whsec_value'));

test.each(['Create', 'Update'] as const)(
  'a deployment goes on when the keys are usable, and fails when not (%s)',
  async (type) => {
    expect(await answerTo(type, () => Promise.resolve(KEYS))).toEqual({
      Status: 'SUCCESS',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Checked',
      PhysicalResourceId: 'stripe-keys',
    });
    const refused = await answerTo(type, unusable);
    expect(refused).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('payments keys') as string });
    expect(JSON.stringify(refused)).not.toContain('whsec_');
  },
);

test('payments can be switched off without keys', async () => {
  expect(await answerTo('Delete', unusable)).toMatchObject({ Status: 'SUCCESS' });
});

test('the check fails when CloudFormation does not take its answer', async () => {
  const check = checkStripeKeys({ readKeys: () => Promise.resolve(KEYS), send: () => Promise.resolve({ ok: false }) });
  await expect(check({ ...EVENT })).rejects.toThrow('did not take the answer');
});
