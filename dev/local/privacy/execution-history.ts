import { appendFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { Clock } from '../../../lambdas/domain/clock';
import { errorName } from '../../../lambdas/domain/log';
import { DataFolder } from '../folder/data-folder';
import type { Steps } from './run-machine';

/** As long as Step Functions keeps the history of an execution. */
const KEPT_MS = 90 * 86_400_000;

/** Keeps what goes into each step of a workflow and what comes out, as Step Functions does, in the data folder. */
export class ExecutionHistory {
  private readonly folder: DataFolder;
  private readonly clock: Clock;

  constructor(dataFolder: DataFolder, clock: Clock) {
    this.folder = new DataFolder(dataFolder.file('executions'));
    this.clock = clock;
  }

  /** Notes each call of the steps in the history of an execution. */
  recorded(executionId: string, steps: Steps): Steps {
    this.folder.create();
    this.removeOld();
    const note = (event: object): void => {
      const line = JSON.stringify({ at: new Date(this.clock()).toISOString(), ...event });
      appendFileSync(this.folder.file(`${executionId}.jsonl`), `${line}\n`, { mode: 0o600 });
    };
    const recorded = (name: string, step: Steps[string]) => async (input: unknown) => {
      note({ step: name, input });
      try {
        const output = await step(input);
        note({ step: name, output });
        return output;
      } catch (error) {
        note({ step: name, error: errorName(error), cause: error instanceof Error ? error.stack : undefined });
        throw error;
      }
    };
    return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, recorded(name, step)]));
  }

  private removeOld(): void {
    for (const file of readdirSync(this.folder.path)) {
      const path = this.folder.file(file);
      if (this.clock() - statSync(path).mtimeMs > KEPT_MS) rmSync(path);
    }
  }
}
