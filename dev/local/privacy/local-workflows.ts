import { openEncryptedZip } from '../../../lambdas/adapters/archive/encrypted-zip';
import type { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { ErasureInput } from '../../../lambdas/contracts/storage/erasure';
import type { ExportInput } from '../../../lambdas/contracts/storage/export';
import { ERASURE_WORKFLOW } from '../../../lambdas/contracts/workflows/erasure-workflow';
import { EXPORT_STEPS, EXPORT_WORKFLOW } from '../../../lambdas/contracts/workflows/export-workflow';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import type { Clock } from '../../../lambdas/domain/clock';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import type { ErasureWorkflows } from '../../../lambdas/domain/privacy/erasure/ports';
import type { ExportFiles, Workflows } from '../../../lambdas/domain/privacy/export/ports';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { exportDeliver } from '../../../lambdas/handlers/privacy/export-deliver';
import { exportWrite } from '../../../lambdas/handlers/privacy/export-write';
import { backgroundStore } from '../gateway/background-store';
import type { LocalErasureParts } from './erasure-functions';
import type { ExecutionHistory } from './execution-history';
import type { MachineRun, Steps } from './run-machine';

export interface LocalWorkflowsOptions {
  readonly store: EmbeddedStore;
  readonly clock: Clock;
  readonly files: ExportFiles;
  readonly erasures: LocalErasureParts;
  readonly history: ExecutionHistory;
  readonly log: Log;
}

/** Stands in for Step Functions: runs workflows in this process. Those that it did not finish go on at the next start. */
export class LocalWorkflows implements Workflows, ErasureWorkflows {
  private readonly options: LocalWorkflowsOptions;
  private readonly runs = new Map<string, MachineRun>();
  private readonly starting = new Set<string>();
  private readonly stopped = new AbortController();
  /** The steps in progress, which go on for a moment after their run was aborted. */
  private readonly steps = new Set<Promise<unknown>>();

  constructor(options: LocalWorkflowsOptions) {
    this.options = options;
  }

  startExport(input: ExportInput): Promise<void> {
    return this.start(EXPORT_WORKFLOW, input.exportId, input, () => Promise.resolve(this.exportFunctions()));
  }

  startErasure(input: ErasureInput): Promise<void> {
    const { clock, log, erasures } = this.options;
    return this.start(ERASURE_WORKFLOW, input.erasureId, input, async () => {
      const { erasureFunctions } = await import('./erasure-functions');
      return erasureFunctions({ store: this.store, clock, log }, erasures);
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

  /** The interpreter and the functions are imported with the first workflow, because most runs have none. */
  private async start(machine: object, id: string, input: object, functions: () => Promise<Steps>): Promise<void> {
    if (this.stopped.signal.aborted || this.starting.has(id)) return;
    this.starting.add(id);
    try {
      const [{ runMachine }, steps] = await Promise.all([import('./run-machine'), functions()]);
      const tracked = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, this.tracked(step)]));
      const run = runMachine(machine, input, this.options.history.recorded(id, tracked));
      this.runs.set(id, run);
      run.ended
        .catch((error: unknown) => this.failed(error))
        .finally(() => {
          this.runs.delete(id);
          this.starting.delete(id);
        });
    } catch (error) {
      this.starting.delete(id);
      throw error;
    }
  }

  private failed(error: unknown): void {
    if (!this.stopped.signal.aborted) this.options.log.error('WORKFLOW_FAILED', { cause: errorName(error) });
  }

  private get store(): TableStore {
    return backgroundStore(this.options.store, { signal: this.stopped.signal });
  }

  private exportFunctions(): Steps {
    const { clock, files } = this.options;
    const { store } = this;
    const audit = new AuditLog({ store, clock });
    return {
      [EXPORT_STEPS.write]: exportWrite({ store, clock, files, openArchive: openEncryptedZip }),
      [EXPORT_STEPS.deliver]: exportDeliver({ store, audit, notify: notifyBy(clock) }),
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
