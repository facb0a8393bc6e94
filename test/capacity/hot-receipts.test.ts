import { MINUTE_MS } from '../../lambdas/domain/clock';
import { createHash } from 'node:crypto';
import { encodeTime } from 'ulid';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { KeySigner } from '../../lambdas/adapters/receipts/key-signer';
import { SealedTrees } from '../../lambdas/domain/receipts/sealed-trees';
import type { OpenLeaf } from '../../lambdas/domain/receipts/open-leaves';
import { OpenLeaves } from '../../lambdas/domain/receipts/open-leaves';
import { Sealer, type SealRun } from '../../lambdas/domain/receipts/sealer';
import { ACCOUNT } from '../domain/wallet/wallet-stage';
import { Random } from '../simulation/random';
import { LimitedStore } from './limited-store';
import { VirtualTime } from './virtual-time';

const REQUESTS_PER_SECOND = 5_000;
const MINUTES = 2;
const MINUTE_REQUESTS = 60 * REQUESTS_PER_SECOND;
/** The leaves per batch of the stream. */
const BATCH_LEAVES = 1_000;
/** The time after which the function is stopped. */
const TIMEOUT_MS = 55_000;
const SEED = 20_261_121;

const random = new Random(SEED);
const time = new VirtualTime(Date.parse('2026-11-20T10:00:00.000Z'));
const engine = EmbeddedStore.memory({ clock: time.clock });
const store = new LimitedStore(engine, time, () => random.fraction());
const signer = new KeySigner(KeySigner.generateKey());

let requests = 0;

/** Stores the open leaves of the minute that has just ended, as the pipeline does. */
async function openMinute(): Promise<void> {
  for (let batch = 0; batch < MINUTE_REQUESTS; batch += BATCH_LEAVES) {
    const endedAt = time.now - MINUTE_MS + (batch / MINUTE_REQUESTS) * MINUTE_MS;
    const leaves = Array.from({ length: BATCH_LEAVES }, (): OpenLeaf => {
      requests += 1;
      const requestId = `req_${encodeTime(Math.floor(endedAt))}${String(requests).padStart(16, '0')}`;
      return { accountId: ACCOUNT, requestId, endedAt, hash: createHash('sha256').update(requestId).digest() };
    });
    await new OpenLeaves({ store: engine }).put([String(requests)], leaves);
  }
}

async function seal(): Promise<{ readonly run: SealRun; readonly tookMs: number }> {
  const startedAt = time.now;
  const { clock } = time;
  const sleep = (milliseconds: number) => time.sleep(milliseconds);
  const sealer = new Sealer({ store, signer, clock, retentionDays: 90, sleep, random: () => random.fraction() });
  const running = sealer.run();
  await time.run();
  return { run: await running, tookMs: time.now - startedAt };
}

test('the receipts of five thousand requests a second on one account are sealed within their minute', async () => {
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    time.now = Date.parse('2026-11-20T10:00:00.000Z') + minute * MINUTE_MS;
    await openMinute();
    const { run, tookMs } = await seal();
    expect(run).toMatchObject({ receipts: MINUTE_REQUESTS, overtaken: false });
    expect(tookMs).toBeLessThan(TIMEOUT_MS);
  }
  // Some writes exceeded a partition's capacity and had to wait.
  expect(store.limits.throttled).toBeGreaterThan(0);
  let sealed = 0;
  for await (const { header } of new SealedTrees({ store: engine }).oldestFirst(ACCOUNT)) sealed += header.size;
  expect(sealed).toBe(requests);
});
