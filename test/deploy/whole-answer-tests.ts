import type { IncomingMessage } from 'node:http';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { chatCompletion } from '../e2e/provider-answers';
import { wholeAnswer } from '../e2e/upstream';
import { describeUnless } from '../support/describe-unless';
import { deployedBundle } from './cdk';
import { FramedStream } from './framed-stream';
import { functionUrlEvent } from './function-url-event';
import { MEMORY_MB, RunningFunction } from './runtime-api';
import { runtimeClientObstacle } from './runtime-client-package';
import { CHAT, COST_PICO, proxyEnvironment, REPORTED, type Stage } from './stage';

const KIB = 1024;
const MIB = 1024 * KIB;

const answerOf = (bytes: number): string => JSON.stringify(chatCompletion('x'.repeat(bytes), REPORTED));

async function lengthOf(message: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of message) bytes += (chunk as Buffer).length;
  return bytes;
}

/** Tests whole answers in the deployed function under the runtime client that Lambda uses. */
export function testWholeAnswers(stage: () => Stage): void {
  describeUnless(runtimeClientObstacle())("whole answers under Lambda's own runtime client", () => {
    let proxy: RunningFunction;
    beforeEach(async () => {
      const { emulator } = stage();
      const environment = proxyEnvironment(stage());
      const bundle = deployedBundle('DataPlaneProxy');
      proxy = await RunningFunction.start({ bundle, environment, endpoint: emulator.endpoint });
    });
    afterEach(() => proxy.stop());

    const chatEvent = (content?: string): object => {
      const { account, originSecret } = stage();
      const headers = { authorization: `Bearer ${account.apiKey}`, [ORIGIN_SECRET_HEADER]: originSecret };
      const messages = content === undefined ? CHAT.messages : [{ role: 'user', content }];
      return functionUrlEvent('/v1/chat/completions', headers, { ...CHAT, stream: false, max_tokens: 9, messages });
    };

    test('whole answers from 1 KB to 32 MiB pass through, are charged by their usage, and take the same memory', async () => {
      const peaks: number[] = [];
      for (const bytes of [KIB, 64 * KIB, 250 * KIB, MIB, 4 * MIB, 16 * MIB, 32 * MIB]) {
        const text = answerOf(bytes);
        stage().upstream.answerWith(wholeAnswer(text));
        const { message } = await proxy.invoke(chatEvent());
        expect(await lengthOf(message)).toBeGreaterThan(text.length);
        expect(message.trailers).toEqual({});
        const [record] = await stage().deployment.usage.newest(stage().account.accountId, 1);
        expect(record).toMatchObject({ status: 'completed', estimated: false, costPico: COST_PICO });
        peaks.push(proxy.peakBytes);
      }
      const [, , small = 0, , , , largest = 0] = peaks;
      expect(largest - small).toBeLessThan(30 * MIB);
      expect(largest).toBeLessThan(0.7 * MEMORY_MB * MIB);
    });

    test('the largest request leaves a part of the memory unused', async () => {
      stage().upstream.answerWith(wholeAnswer(answerOf(KIB)));
      for (let count = 0; count < 3; count += 1) {
        const { message } = await proxy.invoke(chatEvent('word '.repeat(MIB - 100)));
        const answer = new FramedStream(message);
        expect(await answer.head()).toMatchObject({ statusCode: 200 });
        await answer.rest();
      }
      expect(proxy.peakBytes).toBeLessThan(0.85 * MEMORY_MB * MIB);
    });

    test('a large answer that its provider breaks off is reported as incomplete, and the function serves the next request', async () => {
      const text = answerOf(MIB);
      stage().upstream.answerWith((reply) => {
        reply.writeHead(200, { 'content-type': 'application/json' });
        reply.write(text.slice(0, -100), () => reply.destroy());
      });
      const { message } = await proxy.invoke(chatEvent());
      const answer = new FramedStream(message);
      expect(await answer.head()).toMatchObject({ statusCode: 200 });
      expect(await answer.rest()).not.toContain('usage');
      expect(message.trailers).toMatchObject({ 'lambda-runtime-function-error-type': 'AnswerBrokenOff' });
      const { accountId } = stage().account;
      expect(await stage().deployment.usage.newest(accountId, 1)).toMatchObject([
        { status: 'provider_error', costPico: 0n },
      ]);
      expect(await stage().deployment.wallet.balance(accountId)).toMatchObject({ heldPico: 0n });

      stage().upstream.answerWith(wholeAnswer(answerOf(KIB)));
      const next = new FramedStream((await proxy.invoke(chatEvent())).message);
      expect(await next.head()).toMatchObject({ statusCode: 200 });
      expect(JSON.parse(await next.rest())).toMatchObject({ usage: REPORTED });
    });
  });
}
