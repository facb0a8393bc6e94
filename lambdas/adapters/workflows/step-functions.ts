import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { ExportInput } from '../../contracts/storage/export';
import { ControlPlaneUnavailable } from '../../domain/errors/refusal';
import type { Workflows } from '../../domain/privacy/export/ports';

/** Starts executions of Step Functions. */
export class StepFunctionsWorkflows implements Workflows {
  readonly #client: SFNClient;
  readonly #exportMachine: string;

  /** @param options.exportMachine the ARN of the state machine */
  constructor({ client, exportMachine }: { readonly client: SFNClient; readonly exportMachine: string }) {
    this.#client = client;
    this.#exportMachine = exportMachine;
  }

  /** The ID of the export is the name of its execution, and a name can be used once. @throws ControlPlaneUnavailable */
  async startExport(input: ExportInput): Promise<void> {
    const start = { stateMachineArn: this.#exportMachine, name: input.exportId, input: JSON.stringify(input) };
    try {
      await this.#client.send(new StartExecutionCommand(start));
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return;
      throw new ControlPlaneUnavailable({ cause: error });
    }
  }
}
