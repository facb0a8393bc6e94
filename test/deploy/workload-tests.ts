import Anthropic from '@anthropic-ai/sdk';
import { AwsClient } from 'aws4fetch';
import OpenAI from 'openai';
import { checkWorkloads } from '../../dev/tools/smoke/workloads-check';
import { CREDENTIALS, REGION } from './emulator';
import { ANSWER, CHAT, COST_PICO, CREDIT_PICO, dataPlaneAt, type Stage } from './stage';

const aws = new AwsClient({ ...CREDENTIALS, service: 'lambda', region: REGION, retries: 0 });

/** Signs requests as docs/keyless.md shows: the signature replaces the key that a client would send. */
const signing =
  (keyId: string): typeof fetch =>
  (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('x-api-key', keyId);
    return aws.fetch(url, { ...init, headers });
  };

/** Tests calls of workloads. In the emulated runtime every signed caller has assumed one role. */
export function testWorkloads(stage: () => Stage): void {
  describe('workloads in AWS', () => {
    let baseURL: string;
    let accountId: string;
    let keyId: string;
    let strangersKeyId: string;
    beforeAll(async () => {
      const { deployment, emulator } = stage();
      baseURL = dataPlaneAt(emulator, deployment.output('WorkloadsUrl'));
      ({ accountId } = await deployment.newAccount(CREDIT_PICO));
      keyId = await deployment.roleKey(accountId, 'arn:aws:iam::000000000000:role/emulated-worker');
      strangersKeyId = await deployment.roleKey(accountId, 'arn:aws:iam::000000000000:role/another');
    });

    const client = { apiKey: 'none', maxRetries: 0 };
    const openai = (send: typeof fetch) => new OpenAI({ ...client, baseURL: `${baseURL}/v1`, fetch: send });
    const anthropic = (send: typeof fetch) => new Anthropic({ ...client, baseURL, fetch: send });

    test("the official OpenAI client streams with a signature instead of a key, and the key's account pays", async () => {
      let text = '';
      for await (const { choices } of await openai(signing(keyId)).chat.completions.create(CHAT))
        text += choices[0]?.delta.content ?? '';
      expect(text).toBe(ANSWER.join(''));
      expect(await stage().deployment.wallet.balance(accountId)).toMatchObject({ spentPico: COST_PICO, heldPico: 0n });
      expect(await stage().deployment.usage.newest(accountId, 2)).toMatchObject([{ keyId, status: 'completed' }]);
    });

    test("the official Anthropic client works with a signature too, and gets another role's key rejected in its dialect", async () => {
      // The deployment's only provider serves no model that Anthropic's client could call.
      expect((await anthropic(signing(keyId)).models.list()).data).toEqual([]);
      await expect(anthropic(signing(strangersKeyId)).models.list()).rejects.toMatchObject({
        status: 401,
        error: { error: { type: 'authentication_error' } },
      });
    });

    test.each([
      ['a key for another role', () => strangersKeyId],
      ['a key with a secret', () => stage().account.apiKey],
      ['no key', () => ''],
    ])('a signed request with %s is rejected before anything is sent to the provider', async (_what, named) => {
      stage().upstream.received.length = 0;
      await expect(openai(signing(named())).chat.completions.create(CHAT)).rejects.toMatchObject({
        status: 401,
        code: 'invalid_role',
      });
      expect(stage().upstream.received).toEqual([]);
    });

    test('an unsigned request does not reach the function', async () => {
      await expect(openai(fetch).chat.completions.create(CHAT)).rejects.toMatchObject({ status: 403 });
    });

    test('the smoke command distinguishes a key for the role from a key for another role', async () => {
      const credentials = () => Promise.resolve(CREDENTIALS);
      expect(await checkWorkloads({ url: baseURL, keyId, credentials })).toMatchObject({ state: 'ok' });
      expect(await checkWorkloads({ url: baseURL, keyId: strangersKeyId, credentials })).toMatchObject({
        state: 'failed',
        measured: expect.stringContaining('401 signed,') as string,
      });
    });
  });
}
