/**
 * Stands in for a schedule: runs `work` again and again, never two runs at the same time. `work` must handle its own
 * errors.
 */
export class PeriodicTask {
  private readonly work: () => Promise<unknown>;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private isRunning = false;

  constructor(everyMs: number, work: () => Promise<unknown>) {
    this.everyMs = everyMs;
    this.work = work;
  }

  start(): void {
    this.timer = setTimeout(() => this.run(), this.everyMs);
  }

  /** Begins the next run now, unless one is running. */
  hasten(): void {
    if (this.timer === undefined || this.isRunning) return;
    clearTimeout(this.timer);
    this.run();
  }

  /** Resolves once the current run has finished. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private run(): void {
    this.isRunning = true;
    this.running = this.work().finally(() => {
      this.isRunning = false;
      if (this.timer !== undefined) this.start();
    });
  }
}
