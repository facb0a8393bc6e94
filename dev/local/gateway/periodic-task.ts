/**
 * Stands in for a schedule: runs `work` again and again, never two runs at the same time. `work` must handle its own
 * errors.
 */
export class PeriodicTask {
  private readonly work: () => Promise<unknown>;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(everyMs: number, work: () => Promise<unknown>) {
    this.everyMs = everyMs;
    this.work = work;
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.work().finally(() => {
        if (this.timer !== undefined) this.start();
      });
    }, this.everyMs);
  }

  /** Resolves once the current run has finished. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }
}
