import { openSync, readSync } from 'node:fs';
import { createHistogram } from 'node:perf_hooks';

const TICK_MS = 1;
const NANOSECONDS_PER_MS = 1e6;
const MICROSECONDS_PER_MS = 1e3;
/** A gap that is longer than this counts as a stall. */
export const STALL_MS = 20;

/** The gaps between two ticks of a timer that is due every millisecond. A garbage collection is part of its gap. */
export interface Stalls {
  readonly longestMs: number;
  /**
   * The longest gap without the time in which another process had the core that the main thread waited for. It is an
   * upper estimate, because a garbage collection may wait for helper threads that have no core.
   */
  readonly longestOwnMs: number;
  /**
   * The longest CPU time of the main thread in one gap, to within a tick of the scheduler. Other processes do not
   * affect it, but it leaves out the time in which the thread waits for a disk or for helper threads.
   */
  readonly longestCpuMs: number;
  readonly p99Ms: number;
  /** The number of gaps longer than STALL_MS. */
  readonly count: number;
}

/** The time so far, in milliseconds. */
interface Reading {
  readonly at: number;
  /** How long the main thread has run. */
  readonly mainMs: number;
  /** How long the main thread was ready to run but had no core. */
  readonly waitedMs: number;
  /** How long all threads together have run. */
  readonly threadsMs: number;
}

/** Measures how long the event loop of this process is busy or blocked. It costs nothing while it is stopped. */
export class StallMeter {
  private readonly gaps = createHistogram();
  private readonly scheduler = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  private readonly buffer = Buffer.alloc(128);
  private timer: NodeJS.Timeout | undefined;
  private last: Reading = this.read();
  private longestOwnMs = 0;
  private longestCpuMs = 0;
  private count = 0;

  start(): void {
    clearInterval(this.timer);
    this.gaps.reset();
    this.longestOwnMs = 0;
    this.longestCpuMs = 0;
    this.count = 0;
    this.last = this.read();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  stop(): Stalls {
    clearInterval(this.timer);
    this.timer = undefined;
    // The gap that a stall at the very end would leave has no tick yet.
    this.tick();
    return {
      longestMs: this.gaps.max / NANOSECONDS_PER_MS,
      longestOwnMs: this.longestOwnMs,
      longestCpuMs: this.longestCpuMs,
      p99Ms: this.gaps.percentile(99) / NANOSECONDS_PER_MS,
      count: this.count,
    };
  }

  private tick(): void {
    const { last } = this;
    const now = this.read();
    this.last = now;
    const gapMs = now.at - last.at;
    this.gaps.record(Math.max(1, Math.round(gapMs * NANOSECONDS_PER_MS)));
    if (gapMs > STALL_MS) this.count += 1;
    const mainMs = now.mainMs - last.mainMs;
    // While the main thread waits, the core is used either by this process's other threads or by other processes.
    const otherThreadsMs = now.threadsMs - last.threadsMs - mainMs;
    const otherProcessesMs = Math.max(0, now.waitedMs - last.waitedMs - Math.max(0, otherThreadsMs));
    this.longestOwnMs = Math.max(this.longestOwnMs, gapMs - otherProcessesMs);
    this.longestCpuMs = Math.max(this.longestCpuMs, mainMs);
  }

  private read(): Reading {
    const length = readSync(this.scheduler, this.buffer, 0, this.buffer.length, 0);
    const [ran = 0, waited = 0] = this.buffer.toString('latin1', 0, length).split(' ').map(Number);
    const { user, system } = process.cpuUsage();
    return {
      at: performance.now(),
      mainMs: ran / NANOSECONDS_PER_MS,
      waitedMs: waited / NANOSECONDS_PER_MS,
      threadsMs: (user + system) / MICROSECONDS_PER_MS,
    };
  }
}
