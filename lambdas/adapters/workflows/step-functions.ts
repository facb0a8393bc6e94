import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { ErasureInput } from '../../contracts/storage/erasure';
import type { ExportInput } from '../../contracts/storage/export';
import { ControlPlaneUnavailable } from '../../domain/errors/refusal';
import type { ErasureWorkflows } from '../../domain/privacy/erasure/ports';
import type { Workflows } from '../../domain/privacy/export/ports';

export interface StepFunctionsOptions {
  readonly client: SFNClient;
  /** The ARNs of the state machines. */
  readonly exportMachine: string;
  readonly erasureMachine: string;
}

/** Starts executions of Step Functions. The ID of what is started names the execution, and a name can be used once. */
export class StepFunctionsWorkflows implements Workflows, ErasureWorkflows {
  readonly #options: StepFunctionsOptions;

  constructor(options: StepFunctionsOptions) {
    this.#options = options;
  }

  /** @throws ControlPlaneUnavailable */
  startExport(input: ExportInput): Promise<void> {
    return this.#start(this.#options.exportMachine, input.exportId, input);
  }

  /** @throws ControlPlaneUnavailable */
  startErasure(input: ErasureInput): Promise<void> {
    return this.#start(this.#options.erasureMachine, input.erasureId, input);
  }

  async #start(stateMachineArn: string, name: string, input: object): Promise<void> {
    const start = { stateMachineArn, name, input: JSON.stringify(input) };
    try {
      await this.#options.client.send(new StartExecutionCommand(start));
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return;
      throw new ControlPlaneUnavailable({ cause: error });
    }
  }
}
