import type { IncomingMessage } from 'node:http';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { chatCompletion } from '../e2e/provider-answers';
import { wholeAnswer } from '../e2e/upstream';
import { describeUnless } from '../support/describe-unless';
import { deployedBundle } from './cdk';
import { FramedStream } from './framed-stream';
import { functionUrlEvent } from './function-url-event';
import { RunningFunction } from './runtime-api';
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

    const chatEvent = (): object => {
      const { account, originSecret } = stage();
      const headers = { authorization: `Bearer ${account.apiKey}`, [ORIGIN_SECRET_HEADER]: originSecret };
      return functionUrlEvent('/v1/chat/completions', headers, { ...CHAT, stream: false });
    };

    test('a whole answer of 32 MiB passes through, is charged by its usage, and takes little more memory than one of 1 KB', async () => {
      const peaks: number[] = [];
      for (const bytes of [KIB, 64 * KIB, 250 * KIB, MIB, 4 * MIB, 16 * MIB, 32 * MIB]) {
        const text = answerOf(bytes);
        stage().upstream.answerWith(wholeAnswer(text));
        const { message } = await proxy.invoke(chatEvent());
        expect(await lengthOf(message)).toBeGreaterThan(text.length);
        expect(message.trailers).toEqual({});
        peaks.push(proxy.peakBytes);
      }
      console.log(peaks.map((peak) => Math.round(peak / MIB)).join(' '));
      const [record] = await stage().deployment.usage.newest(stage().account.accountId, 1);
      expect(record).toMatchObject({ status: 'completed', estimated: false, costPico: COST_PICO });
      expect((peaks.at(-1) ?? 0) - (peaks[0] ?? 0)).toBeLessThan(64 * MIB);
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
      expect(await stage().deployment.usage.newest(accountId, 1)).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
      expect(await stage().deployment.wallet.balance(accountId)).toMatchObject({ heldPico: 0n });

      stage().upstream.answerWith(wholeAnswer(answerOf(KIB)));
      const next = new FramedStream((await proxy.invoke(chatEvent())).message);
      expect(await next.head()).toMatchObject({ statusCode: 200 });
      expect(JSON.parse(await next.rest())).toMatchObject({ usage: REPORTED });
    });
  });
}
