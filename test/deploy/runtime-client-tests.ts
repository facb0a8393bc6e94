import { json, text } from 'node:stream/consumers';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { chatDelta, chatStream } from '../e2e/provider-answers';
import { brokenStream, streamedAnswer } from '../e2e/upstream';
import { describeUnless } from '../support/describe-unless';
import { HERE } from './cache-folder';
import { deployedBundle } from './cdk';
import { FramedStream } from './framed-stream';
import { functionUrlEvent } from './function-url-event';
import { type FunctionOptions, type Returned, RunningFunction } from './runtime-api';
import { runtimeClientObstacle } from './runtime-client-package';
import type { Stage } from './stage';
import { ANSWER, CHAT, COST_PICO, CREDIT_PICO, deadRequest, PROMPT, proxyEnvironment, REPORTED } from './stage';
import { sweepEnvironment, workloadsEnvironment } from './stage';

const STREAMED = {
  'lambda-runtime-function-response-mode': 'streaming',
  'content-type': 'application/vnd.awslambda.http-integration-response',
  'transfer-encoding': 'chunked',
};

/** Tests the deployed bundles under the runtime client that Lambda uses. */
export function testBundles(stage: () => Stage): void {
  describeUnless(runtimeClientObstacle())("the bundles under Lambda's own runtime client", () => {
    let proxy: RunningFunction;
    beforeAll(async () => {
      const { emulator } = stage();
      const environment = proxyEnvironment(stage());
      proxy = await RunningFunction.start({
        bundle: deployedBundle('DataPlaneProxy'),
        environment,
        endpoint: emulator.endpoint,
      });
    });
    afterAll(() => proxy.stop());

    const chatEvent = (): object => {
      const { account, originSecret } = stage();
      const headers = { authorization: `Bearer ${account.apiKey}`, [ORIGIN_SECRET_HEADER]: originSecret };
      return functionUrlEvent('/v1/chat/completions', headers, CHAT);
    };

    test('the data plane sends its head first and then every event as it arrives', async () => {
      const [first = '', ...others] = chatStream(ANSWER, REPORTED);
      let goOn: () => void = () => undefined;
      const isRead = new Promise<void>((resolve) => (goOn = resolve));
      stage().upstream.answerWith(async (reply) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
        await isRead;
        reply.end(others.join(''));
      });
      const { message } = await proxy.invoke(chatEvent());
      expect(message.headers).toMatchObject(STREAMED);
      const answer = new FramedStream(message);
      expect(await answer.head()).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': expect.stringMatching(/^text\/event-stream/) as string },
      });
      expect(await answer.bodyThrough('\n\n')).toBe(first);
      goOn();
      expect(await answer.rest()).toMatch(/nobody may keep either.*\[DONE\].*: x-tollgate-cost /s);
      expect(message.trailers).toEqual({});
    });

    test('a provider that breaks off mid-stream causes an error event of the dialect, not an error of the function', async () => {
      stage().upstream.answerWith(brokenStream([chatDelta('Hel')]));
      const { message } = await proxy.invoke(chatEvent());
      const answer = new FramedStream(message);
      expect(await answer.head()).toMatchObject({ statusCode: 200 });
      expect(await answer.rest()).toMatch(/"content":"Hel".*"error":.*: x-tollgate-cost /s);
      expect(message.trailers).toEqual({});
    });

    test('a refusal is a complete answer with its own status', async () => {
      const { message } = await proxy.invoke(functionUrlEvent('/healthz', {}));
      const answer = new FramedStream(message);
      expect(await answer.head()).toMatchObject({ statusCode: 403 });
      expect(JSON.parse(await answer.rest())).toMatchObject({ error: { message: expect.any(String) as string } });
    });

    test('the output of the data plane contains no text of a prompt', () => {
      expect(proxy.output).not.toContain(PROMPT);
    });

    /** Starts a function for one invocation. */
    async function once<T>(
      options: Omit<FunctionOptions, 'endpoint'>,
      read: (returned: Returned) => Promise<T>,
    ): Promise<T> {
      const running = await RunningFunction.start({ ...options, endpoint: stage().emulator.endpoint });
      try {
        return await read(await running.invoke({}));
      } finally {
        await running.stop();
      }
    }

    test('a function that fails mid-stream reports the error in trailers', async () => {
      const failing = { bundle: HERE, handler: 'fails-mid-stream.handler', environment: {} };
      await once(failing, async ({ message }) => {
        const answer = new FramedStream(message);
        await answer.head();
        expect(await answer.rest()).toBe('begun');
        expect(message.trailers).toMatchObject({ 'lambda-runtime-function-error-type': 'RangeError' });
      });
    });

    test('the function for workloads serves the role that Lambda names, and rejects other roles and missing ones', async () => {
      const { accountId } = await stage().deployment.newAccount(CREDIT_PICO);
      const keyId = await stage().deployment.roleKey(accountId, 'arn:aws:iam::111122223333:role/batch/worker');
      const as = (role: string) => ({ iam: { userArn: `arn:aws:sts::111122223333:assumed-role/${role}/session` } });
      const workloads = await RunningFunction.start({
        bundle: deployedBundle('DataPlaneWorkloads'),
        environment: workloadsEnvironment(stage()),
        endpoint: stage().emulator.endpoint,
      });
      try {
        const ask = async (authorizer?: object) => {
          const event = functionUrlEvent('/v1/chat/completions', { 'x-api-key': keyId }, CHAT, authorizer);
          const answer = new FramedStream((await workloads.invoke(event)).message);
          return { ...(await answer.head()), text: await answer.rest() };
        };
        stage().upstream.answerWith(streamedAnswer(chatStream(ANSWER, REPORTED)));
        const served = await ask(as('worker'));
        expect(served.statusCode).toBe(200);
        expect(served.text).toMatch(/nobody may keep either.*: x-tollgate-cost /s);
        for (const authorizer of [as('other'), undefined]) expect((await ask(authorizer)).statusCode).toBe(401);
        expect(await stage().deployment.wallet.balance(accountId)).toMatchObject({
          spentPico: COST_PICO,
          heldPico: 0n,
        });
        expect(workloads.output).not.toMatch(/worker|session/);
      } finally {
        await workloads.stop();
      }
    });

    test('the health function answers with its stage', async () => {
      const health = { bundle: deployedBundle('ControlPlaneHealth'), environment: { STAGE: 'any' } };
      const answer = await once(health, ({ message }) => json(message));
      expect(answer).toMatchObject({ statusCode: 200, body: '{"status":"ok","stage":"any"}' });
    });

    test('the sweeper bundle expires the hold of a crashed request', async () => {
      const { accountId } = await deadRequest(stage());
      const sweeper = { bundle: deployedBundle('SweeperSweep'), environment: sweepEnvironment(stage()) };
      expect(await once(sweeper, async ({ kind, message }) => [kind, await text(message)])).toEqual([
        'response',
        expect.anything(),
      ]);
      expect(await stage().deployment.wallet.balance(accountId)).toMatchObject({ heldPico: 0n });
    });
  });
}
