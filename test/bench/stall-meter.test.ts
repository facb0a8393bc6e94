import { setImmediate as nextTurn } from 'node:timers/promises';
import { StallMeter } from '../../bench/stall-meter';
import { describeUnless } from '../support/describe-unless';

const BLOCKED_MS = 60;
const missing = process.platform === 'linux' ? undefined : 'the scheduler statistics of Linux are missing';

function blockThread(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
}

/** Uses as much CPU time, however long that takes. */
function compute(): void {
  const { user, system } = process.cpuUsage();
  const endMicros = user + system + BLOCKED_MS * 1_000;
  for (let used = 0; used < endMicros;) {
    const now = process.cpuUsage();
    used = now.user + now.system;
  }
}

describeUnless(missing)('the stall meter', () => {
  test('the stall meter reports a blocked event loop as a stall of at least that length', async () => {
    const meter = new StallMeter();
    meter.start();
    await nextTurn();
    blockThread();
    await nextTurn();
    const stalls = meter.stop();
    expect(stalls.longestMs).toBeGreaterThanOrEqual(BLOCKED_MS - 1);
    expect(stalls.count).toBeGreaterThanOrEqual(1);
  });

  test('the stall meter counts a stall that lasts until the measurement ends', () => {
    const meter = new StallMeter();
    meter.start();
    blockThread();
    expect(meter.stop().longestMs).toBeGreaterThanOrEqual(BLOCKED_MS - 1);
  });

  test('the stall meter charges a thread that sleeps to its own process', () => {
    const meter = new StallMeter();
    meter.start();
    blockThread();
    const { longestMs, longestOwnMs, longestCpuMs } = meter.stop();
    expect(longestOwnMs).toBeLessThanOrEqual(longestMs);
    // A sleeping thread uses no CPU time, and how long it then waits for a core depends on the machine.
    expect(longestOwnMs).toBeGreaterThan(longestCpuMs);
  });

  test('the stall meter counts computation as CPU time, and waiting not', () => {
    const meter = new StallMeter();
    meter.start();
    blockThread();
    const waiting = meter.stop();
    meter.start();
    compute();
    const computing = meter.stop();
    expect(waiting.longestCpuMs).toBeLessThan(BLOCKED_MS / 2);
    expect(computing.longestCpuMs).toBeGreaterThan(BLOCKED_MS / 2);
  });

  test('a new measurement of the stall meter forgets the stalls of the one before', () => {
    const meter = new StallMeter();
    meter.start();
    compute();
    const first = meter.stop();
    meter.start();
    expect(meter.stop().longestCpuMs).toBeLessThan(first.longestCpuMs);
  });
});
