import { StateMachine } from 'aws-local-stepfunctions';

/** The function of each step, by the name of its placeholder in a workflow's definition. */
export interface Steps {
  readonly [placeholder: string]: (input: unknown) => Promise<unknown>;
}

export interface MachineRun {
  /** Resolves when the execution has succeeded; rejects with the error that ended it. */
  readonly ended: Promise<unknown>;
  /** Stops the execution before its next state. */
  abort(): void;
}

/**
 * Runs a workflow in this process, from the definition that is deployed.
 * @param overrides.retryDelayMs the wait before a retry. @default as long as the definition says
 * @param overrides.pauseMs the wait in a state of the type Wait. @default as long as the definition says
 */
export function runMachine(
  definition: object,
  input: object,
  steps: Steps,
  { retryDelayMs, pauseMs }: { readonly retryDelayMs?: number; readonly pauseMs?: number } = {},
): MachineRun {
  // Tests in test/infra validate every definition; here, the schemas of the validator would be compiled for each run.
  const machine = new StateMachine(withoutLongTimeout(definition) as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { noValidate: true },
  });
  const states = Object.entries((definition as { States: object }).States) as [
    string,
    { Type: string; Resource?: string },
  ][];
  const tasks = states.filter(([, { Type }]) => Type === 'Task');
  const waits = states.filter(([, { Type }]) => Type === 'Wait');
  const run = machine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(
        tasks.map(([state, { Resource = '' }]) => {
          const step = steps[Resource.slice(2, -1)];
          if (step === undefined) throw new Error(`the step ${state} has no function`);
          return [state, async (event: unknown) => (await step(event)) ?? null];
        }),
      ),
      ...(retryDelayMs !== undefined && {
        retryIntervalOverrides: Object.fromEntries(tasks.map(([state]) => [state, retryDelayMs])),
      }),
      ...(pauseMs !== undefined && {
        waitTimeOverrides: Object.fromEntries(waits.map(([state]) => [state, pauseMs])),
      }),
    } as never,
  });
  return { ended: run.result, abort: () => run.abort() };
}

/** A timer of Node.js cannot wait for longer, and would end the execution at once. */
const TIMEOUT_SECONDS_MAX = 2 ** 31 / 1_000;

function withoutLongTimeout({ TimeoutSeconds, ...rest }: { readonly TimeoutSeconds?: number }): object {
  return TimeoutSeconds === undefined || TimeoutSeconds > TIMEOUT_SECONDS_MAX ? rest : { ...rest, TimeoutSeconds };
}
