import { setTimeout as delay } from 'node:timers/promises';
import { AuthenticationError, type APIError } from 'openai';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { EXPIRES_AT, USAGE } from '../../lambdas/contracts/storage/tables';
import { usageRecordKey } from '../../lambdas/contracts/storage/table-keys/usage';
import { systemClock as clock } from '../../lambdas/domain/clock';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { verifyLedger } from '../../lambdas/domain/wallet/verify/verify-ledger';
import { EMULATOR_EXCLUSIONS } from '../../lib/compliance/emulator-exclusions';
import { chatStream } from '../e2e/provider-answers';
import { streamedAnswer } from '../e2e/upstream';
import { until } from '../e2e/until';
import { addressedRequest } from './addressed-request';
import { testAnotherRegion } from './another-region';
import { allowDeletion, logLines } from './emulator-api';
import { readOutputs, STACKS, STAGE } from './cdk';
import { testControlPlane } from './control-plane-tests';
import { testPayments } from './payment-tests';
import { testReleases } from './release-tests';
import { testRights } from './rights-tests';
import { testReceipts } from './receipt-tests';
import { testBundles } from './runtime-client-tests';
import type { Stage } from './stage';
import { ANSWER, CHAT, COST_PICO, CREDIT_PICO, dataPlaneOf, deadRequest, openaiOf } from './stage';
import { initialise, PROMPT, PROVIDER_KEY, REPORTED, openStage } from './stage';
import { tollgate } from './tollgate-command';
import { testWholeAnswers } from './whole-answer-tests';
import { testWorkloads } from './workload-tests';

const SWEEP_TIMEOUT_MS = 300_000;
const SWEEP_POLL_MS = 500;
const DAY_SECONDS = 86_400;

let stage: Stage;
const stops: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  stage = await openStage((stop) => stops.unshift(stop));
});

// A test may let the provider answer in another way, but only for itself.
beforeEach(() => stage.upstream.answerWith(streamedAnswer(chatStream(ANSWER, REPORTED))));

afterAll(async () => {
  for (const stop of stops) await stop();
});

/** Sends one chat and reads it to its end. */
async function chat(): Promise<string> {
  let text = '';
  for await (const { choices } of await openaiOf(stage).chat.completions.create(CHAT))
    text += choices[0]?.delta.content ?? '';
  return text;
}

async function newestRecord(accountId: string) {
  const [record] = await stage.deployment.usage.newest(accountId, 1);
  if (record === undefined) throw new Error('The account has no usage record.');
  return record;
}

const balanceOf = async (accountId: string) => stage.deployment.wallet.balance(accountId);

describe('a first deployment', () => {
  test('a deployment to the emulator leaves out exactly the listed types, and prints them', () => {
    const printed = [...stage.printed.matchAll(/Left out for the emulator: (\S+),/g)].map(([, type]) => type);
    expect([...new Set(printed)].sort()).toEqual(EMULATOR_EXCLUSIONS.map(({ type }) => type).sort());
  });

  test('a chat through the function URL is charged and recorded with exactly the reported usage', async () => {
    const { account, upstream } = stage;
    expect(await chat()).toBe(ANSWER.join(''));
    expect(upstream.received[0]?.headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);
    expect(await balanceOf(account.accountId)).toMatchObject({
      availablePico: CREDIT_PICO - COST_PICO,
      heldPico: 0n,
      spentPico: COST_PICO,
    });
    expect(await newestRecord(account.accountId)).toMatchObject({
      status: 'completed',
      streamed: true,
      estimated: false,
      costPico: COST_PICO,
      usage: { input: REPORTED.prompt_tokens, output: REPORTED.completion_tokens },
    });
  });

  test('the command line works on the deployment, and shows a key and credits an account only once', async () => {
    const { emulator, account, deployment } = stage;
    const again = await initialise(emulator);
    expect(again).toMatchObject({ accountId: account.accountId, credit: 'already_credited' });
    expect(again).not.toHaveProperty('apiKey');
    expect(JSON.stringify(again)).not.toContain(PROVIDER_KEY);
    const [available, spent] = [CREDIT_PICO - COST_PICO, COST_PICO].map(formatUsd);
    expect(await tollgate(emulator.endpoint, ['wallet', account.accountId])).toMatchObject({
      available,
      spent,
      held: '0.00',
    });
    expect(await tollgate(emulator.endpoint, ['ledger', 'verify'])).toMatchObject({ verified: true, differences: [] });
    expect(await tollgate(emulator.endpoint, ['usage', account.accountId])).toMatchObject({ cost: spent });
    expect(deployment.output('Endpoint')).toMatch(/^https:/);
  });

  test('a request without a valid key or without money is rejected before anything is sent to the provider', async () => {
    const { upstream, deployment } = stage;
    upstream.received.length = 0;
    const stranger = { apiKey: stage.account.apiKey.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')) };
    await expect(openaiOf(stage, stranger).chat.completions.create(CHAT)).rejects.toThrow(AuthenticationError);
    const penniless = await deployment.newAccount(0n);
    const refusal = openaiOf(stage, penniless).chat.completions.create(CHAT);
    await expect(refusal).rejects.toMatchObject({
      status: 402,
      code: 'insufficient_quota',
    } satisfies Partial<APIError>);
    expect(upstream.received).toEqual([]);
  });

  test('the function URL rejects a request without the origin secret', async () => {
    expect((await fetch(`${dataPlaneOf(stage)}/healthz`)).status).toBe(403);
  });

  test('the edge serves requests over TLS 1.3 and rejects older versions', async () => {
    const { emulator, deployment, account } = stage;
    const { host } = new URL(deployment.output('Address'));
    // The emulator does not terminate TLS, so the request itself carries the header that CloudFront would add.
    const over = (tls: string) => ({
      'x-forwarded-proto': 'https',
      'cloudfront-viewer-tls': `${tls}:cipher:fullHandshake`,
    });
    const ask = (headers: Readonly<Record<string, string>>) =>
      addressedRequest(emulator.endpoint, host, '/v1/chat/completions', {
        headers: { authorization: `Bearer ${account.apiKey}`, ...headers },
        body: CHAT,
      });
    const answer = await ask(over('TLSv1.3'));
    expect(answer).toMatchObject({
      status: 200,
      text: expect.stringMatching(/nobody may keep either.*: x-tollgate-cost /s) as string,
    });
    expect(await ask(over('TLSv1.2'))).toMatchObject({ status: 403 });
    const withoutVersion = { 'x-forwarded-proto': 'https' };
    expect(await ask(withoutVersion)).toMatchObject({
      status: 403,
      text: expect.stringContaining('tls_unknown') as string,
    });
  });

  test('a client with a wrong base URL gets an error of the API from the edge, and no page', async () => {
    const { emulator, deployment, account } = stage;
    const { host } = new URL(deployment.output('Address'));
    const headers = {
      'x-forwarded-proto': 'https',
      'cloudfront-viewer-tls': 'TLSv1.3:cipher:fullHandshake',
      authorization: `Bearer ${account.apiKey}`,
    };
    for (const path of ['/chat/completions', '/V1/chat/completions', '/v2/chat/completions']) {
      const answer = await addressedRequest(emulator.endpoint, host, path, { headers, body: CHAT });
      expect([path, answer]).toMatchObject([path, { status: 404, text: expect.stringContaining('"error"') as string }]);
    }
  });

  test('the control plane answers health checks from anyone, and other requests only with the origin secret', async () => {
    const { emulator, deployment, originSecret } = stage;
    const { host } = new URL(deployment.output('ControlPlaneUrl'));
    const ask = (path: string, headers = {}) => addressedRequest(emulator.endpoint, host, path, { headers });
    const healthy = { status: 200, text: JSON.stringify({ status: 'ok', stage: STAGE }) };
    expect(await ask('/api/health')).toMatchObject(healthy);
    expect(await ask('/api/health', { authorization: 'Bearer anything' })).toMatchObject(healthy);
    const problem = (status: number) => ({ status, text: expect.stringContaining(`"status":${status}`) as string });
    for (const path of ['/api/accounts', '/']) {
      expect(await ask(path)).toMatchObject(problem(403));
      expect(await ask(path, { [ORIGIN_SECRET_HEADER]: 'a-wrong-secret-of-some-length' })).toMatchObject(problem(403));
      expect(await ask(path, { [ORIGIN_SECRET_HEADER]: originSecret })).toMatchObject(problem(404));
    }
  });

  test('no log contains any text of a prompt or an answer', async () => {
    const lines = await logLines(stage.emulator.endpoint);
    expect(lines.join()).toContain('REQUEST_SETTLED');
    expect(lines.filter((line) => [PROMPT, ...ANSWER].some((text) => line.includes(text)))).toEqual([]);
  });
});

testControlPlane(() => stage);

const testErasures = testRights(() => stage);

testPayments(() => stage);

testWorkloads(() => stage);

testBundles(() => stage);
testWholeAnswers(() => stage);

testReceipts(
  () => stage,
  () => newestRecord(stage.account.accountId),
);

test('the scheduled sweeper expires the hold of a crashed request', async () => {
  const { accountId, requestId } = await deadRequest(stage);
  const isEnded = async () => {
    await delay(SWEEP_POLL_MS);
    return (await balanceOf(accountId))?.heldPico === 0n;
  };
  await until('the sweeper', isEnded, SWEEP_TIMEOUT_MS);
  expect(await balanceOf(accountId)).toMatchObject({ availablePico: CREDIT_PICO, spentPico: 0n });
  expect(await newestRecord(accountId)).toMatchObject({ requestId, status: 'expired' });
});

testErasures();

describe('deploying again', () => {
  test('a deployment without changes changes nothing', async () => {
    const before = await stage.deployment.storeIdentities();
    const printed = await stage.cdk.deploy(stage.config);
    for (const stack of STACKS) expect(printed).toContain(`${stack} (no changes)`);
    expect(await stage.deployment.storeIdentities()).toEqual(before);
  });

  test('a deployment with another configuration applies it and replaces no store', async () => {
    const { deployment, account, config } = stage;
    const [identities, balance] = [await deployment.storeIdentities(), await balanceOf(account.accountId)];
    const change = { usageDays: 30, pitrDays: 14, logDays: 7, dataPlane: { memoryMb: 256 }, originSecretGeneration: 2 };
    const printed = await stage.cdk.deploy({ ...config, ...change });
    for (const stack of STACKS) expect(printed).not.toContain(`${stack} (no changes)`);
    expect(readOutputs()).toEqual({ ...deployment.outputs, UsageDays: '30' });
    expect(await deployment.storeIdentities()).toEqual(identities);
    expect(await balanceOf(account.accountId)).toEqual(balance);

    expect(await chat()).toBe(ANSWER.join(''));
    const { requestId, at } = await newestRecord(account.accountId);
    const item = await deployment.store.get({ table: USAGE, key: usageRecordKey(account.accountId, requestId) });
    expect(item?.[EXPIRES_AT]).toBe(BigInt(Math.floor(Date.parse(at) / 1_000) + 30 * DAY_SECONDS));
  });
});

describe('destroying', () => {
  test('destroying removes the functions and is refused for the stores', async () => {
    await expect(stage.cdk.destroy(stage.config)).rejects.toThrow('TerminationProtection is enabled');
    expect((await fetch(`${dataPlaneOf(stage)}/healthz`)).status).toBe(404);
  });

  test('every store and its content survive even when the deletion of their stack is allowed', async () => {
    const { deployment, account } = stage;
    const [identities, balance] = [await deployment.storeIdentities(), await balanceOf(account.accountId)];
    await allowDeletion(stage.emulator.endpoint, `tollgate-${STAGE}-stateful`);
    await stage.cdk.destroy(stage.config);
    expect(await deployment.storeIdentities()).toEqual(identities);
    expect(await balanceOf(account.accountId)).toEqual(balance);
    const { store, accounts } = deployment;
    const usageWindow = { clock, usageRetentionDays: 30 };
    const report = await verifyLedger({ store, everyAccount: accounts.list(), usageWindow });
    expect(report).toMatchObject({ differences: [], unstable: [] });
  });
});

testReleases(() => stage);

testAnotherRegion(() => stage);
