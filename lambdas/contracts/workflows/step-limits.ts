/** Errors of Lambda itself, and errors of a step: most are outages of a store, which end within minutes. */
export const STEP_RETRY = [
  {
    ErrorEquals: ['States.TaskFailed', 'States.Timeout'],
    IntervalSeconds: 5,
    BackoffRate: 3,
    MaxAttempts: 5,
    MaxDelaySeconds: 600,
    JitterStrategy: 'FULL',
  },
] as const;

/** Longer than the function of a step may take. */
export const STEP_SECONDS = 910;
