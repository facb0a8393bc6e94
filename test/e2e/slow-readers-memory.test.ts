import { readFileSync, rmSync } from 'node:fs';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { describeUnless } from '../support/describe-unless';
import { type Gateway, killChildren, start, tollgate } from './child-process';
import { CHAT_MODEL, chatBody, costOf, priceOf } from './local-run';
import { chatCompletion } from './provider-answers';
import { temporaryFolder } from './temporary-folder';
import { UnreadClient } from './unread-client';
import { until } from './until';
import { Upstream, wholeAnswer } from './upstream';

const COST_PICO = costOf(priceOf('openai', CHAT_MODEL), { input: 9, output: 3 });
const MIB = 1024 * 1024;
const CLIENTS = 40;
const ANSWER_BYTES = 30 * MIB;
/**
 * Node and the gateway itself, some hundred kilobytes of each answer, and garbage that is not collected yet. It takes
 * 220 MiB here; with whole answers in memory it would take more than the answers themselves, 1,200 MiB.
 */
const PEAK_BYTES_MAX = 400 * MIB;

let folder: string;
let upstream: Upstream;
beforeEach(async () => {
  folder = temporaryFolder();
  upstream = await Upstream.start();
});
afterEach(async () => {
  await killChildren();
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

/** The most memory that the process has used so far. */
function peakBytes({ pid }: Gateway): number {
  const [, kib = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

describeUnless(process.platform === 'linux' ? undefined : 'only Linux reports the peak memory of another process')(
  'a gateway whose clients do not read',
  () => {
    test('40 clients that do not read 30 MB answers do not fill the gateway’s memory, and a client that reads gets its own', async () => {
      const content = 'x'.repeat(ANSWER_BYTES);
      const answer = Buffer.from(
        JSON.stringify(chatCompletion(content, { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 })),
      );
      upstream.answerWith(wholeAnswer(answer));
      const gateway = await start(folder, { OPENAI_BASE_URL: `${upstream.url}/v1`, OPENAI_API_KEY: 'k' });
      const clients = Array.from({ length: CLIENTS }, () =>
        UnreadClient.post(gateway.gatewayUrl, gateway.apiKey, chatBody()),
      );
      await until('every answer to begin', () => upstream.received.length === CLIENTS);

      const reading = await fetch(`${gateway.gatewayUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(chatBody()),
      });
      expect(reading.status).toBe(200);
      expect((await reading.arrayBuffer()).byteLength).toBe(answer.length);
      for (const client of clients) client.close();
      const wallet = await until('every request to be settled', async () => {
        const { out } = await tollgate(folder, 'wallet', gateway.accountId);
        const shown = JSON.parse(out) as { held: string; spent: string };
        return shown.held === '0.00' && shown;
      });
      expect(wallet.spent).toBe(formatUsd(BigInt(CLIENTS + 1) * COST_PICO));

      expect(peakBytes(gateway)).toBeLessThan(PEAK_BYTES_MAX);
      gateway.kill('SIGINT');
      expect(await gateway.ended).toBe(0);
      expect(gateway.err()).not.toContain('"level":"error"');
      const statuses = [...gateway.err().matchAll(/"code":"REQUEST_SETTLED".*?"status":"(\w+)"/g)].map(
        ([, status]) => status,
      );
      expect(statuses.sort()).toEqual([...Array.from({ length: CLIENTS }, () => 'client_gone'), 'completed']);
    });
  },
);
