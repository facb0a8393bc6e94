/**
 * The workflow of an export in the States Language (JSONPath). The functions are placeholders: CDK replaces them by ARNs,
 * and a local run by the functions' code. Input and state are `ExportInput`, IDs only.
 *
 * It catches no errors: a failed execution stops at its step, raises an alarm, and is redriven from there.
 */

/** Errors of Lambda itself, and errors of a step: most are outages of a store, which end within minutes. */
const RETRY = [
  {
    ErrorEquals: ['States.TaskFailed', 'States.Timeout'],
    IntervalSeconds: 5,
    BackoffRate: 3,
    MaxAttempts: 5,
    MaxDelaySeconds: 600,
    JitterStrategy: 'FULL',
  },
] as const;

/** Longer than the function itself may take. */
const STEP_SECONDS = 910;
const EXECUTION_SECONDS = 86_400;

/** The steps' functions, by the names of their placeholders. */
export const EXPORT_STEPS = { write: 'ExportWrite', deliver: 'ExportDeliver' } as const;

export const EXPORT_WORKFLOW = {
  Comment: 'Writes a copy of the data of an account or a person, file by file, and makes it available.',
  TimeoutSeconds: EXECUTION_SECONDS,
  StartAt: 'WriteFile',
  States: {
    WriteFile: {
      Type: 'Task',
      Resource: `\${${EXPORT_STEPS.write}}`,
      TimeoutSeconds: STEP_SECONDS,
      // The result says only whether another file follows; the position is with the export.
      ResultPath: '$.written',
      Retry: RETRY,
      Next: 'IsComplete',
    },
    IsComplete: {
      Type: 'Choice',
      Choices: [{ Variable: '$.written.isComplete', BooleanEquals: true, Next: 'Deliver' }],
      Default: 'WriteFile',
    },
    Deliver: {
      Type: 'Task',
      Resource: `\${${EXPORT_STEPS.deliver}}`,
      TimeoutSeconds: STEP_SECONDS,
      Retry: RETRY,
      End: true,
    },
  },
} as const;
