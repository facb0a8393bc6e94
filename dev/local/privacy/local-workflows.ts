import { openEncryptedZip } from '../../../lambdas/adapters/archive/encrypted-zip';
import type { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { ExportInput } from '../../../lambdas/contracts/storage/export';
import { EXPORT_STEPS, EXPORT_WORKFLOW } from '../../../lambdas/contracts/workflows/export-workflow';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import type { Clock } from '../../../lambdas/domain/clock';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import type { ExportFiles, Workflows } from '../../../lambdas/domain/privacy/export/ports';
import { exportDeliver } from '../../../lambdas/handlers/privacy/export-deliver';
import { exportWrite } from '../../../lambdas/handlers/privacy/export-write';
import { backgroundStore } from '../gateway/background-store';
import type { MachineRun, Steps } from './run-machine';

export interface LocalWorkflowsOptions {
  readonly store: EmbeddedStore;
  readonly clock: Clock;
  readonly files: ExportFiles;
  readonly log: Log;
}

/** Stands in for Step Functions: runs workflows in this process. Those that it did not finish go on at the next start. */
export class LocalWorkflows implements Workflows {
  private readonly options: LocalWorkflowsOptions;
  private readonly runs = new Map<string, MachineRun>();
  private readonly starting = new Set<string>();
  private readonly stopped = new AbortController();
  /** The steps in progress, which go on for a moment after their run was aborted. */
  private readonly steps = new Set<Promise<unknown>>();

  constructor(options: LocalWorkflowsOptions) {
    this.options = options;
  }

  /** The interpreter is imported with the first export, because most runs have none. */
  async startExport(input: ExportInput): Promise<void> {
    const { exportId } = input;
    if (this.stopped.signal.aborted || this.starting.has(exportId)) return;
    this.starting.add(exportId);
    const { runMachine } = await import('./run-machine');
    const run = runMachine(EXPORT_WORKFLOW, input, this.functions());
    this.runs.set(exportId, run);
    run.ended
      .catch((error: unknown) => this.failed(error))
      .finally(() => {
        this.runs.delete(exportId);
        this.starting.delete(exportId);
      });
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.runs.values()].map(({ ended }) => ended));
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    for (const run of this.runs.values()) run.abort();
    await this.idle();
    await Promise.allSettled(this.steps);
  }

  private failed(error: unknown): void {
    if (!this.stopped.signal.aborted) this.options.log.error('WORKFLOW_FAILED', { cause: errorName(error) });
  }

  private functions(): Steps {
    const { clock, files } = this.options;
    const store = backgroundStore(this.options.store, { signal: this.stopped.signal });
    const audit = new AuditLog({ store, clock });
    return {
      [EXPORT_STEPS.write]: this.tracked(exportWrite({ store, clock, files, openArchive: openEncryptedZip })),
      [EXPORT_STEPS.deliver]: this.tracked(exportDeliver({ store, audit, notify: notifyBy(clock) })),
    };
  }

  private tracked(step: (input: unknown) => Promise<unknown>): (input: unknown) => Promise<unknown> {
    return async (input) => {
      const running = step(input);
      this.steps.add(running);
      try {
        return await running;
      } finally {
        this.steps.delete(running);
      }
    };
  }
}
