import { STEP_RETRY, STEP_SECONDS } from './step-limits';

/**
 * The workflow of an export in the States Language (JSONPath). The functions are placeholders: CDK replaces them by ARNs,
 * and a local run by the functions' code. Input and state are `ExportInput`, IDs only.
 *
 * It catches no errors: a failed execution stops at its step, raises an alarm, and is redriven from there.
 */

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
      Retry: STEP_RETRY,
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
      Retry: STEP_RETRY,
      End: true,
    },
  },
} as const;
