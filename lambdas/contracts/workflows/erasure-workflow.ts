import { STEP_RETRY, STEP_SECONDS } from './step-limits';

/**
 * The workflow of an erasure in the States Language (JSONPath). The functions are placeholders: CDK replaces them by ARNs,
 * and a local run by the functions' code. Input is `ErasureInput`, and the state is that and the latest `ErasureStepResult`:
 * IDs, a word and a time.
 *
 * It catches no errors: a failed execution stops at its step, raises an alarm, and is redriven from there. A step reads
 * from the erasure's item whether it was done before, so an execution that starts again goes through the steps quickly.
 */

/** The longest that Step Functions allows, because a legal hold may last for months. */
const EXECUTION_SECONDS = 31_536_000;

/**
 * The steps' functions, by the names of their placeholders, in the order in which they run.
 *
 * | step      | reads                                                | writes                                                            |
 * |-----------|------------------------------------------------------|-------------------------------------------------------------------|
 * | gate      | accounts                                             | accounts (erasure items), audit                                   |
 * | freeze    | accounts, user pool (address), key pepper            | accounts, wallet (suspends the balance), user pool (sign-out) |
 * | settle    | accounts, wallet                                     | accounts (erasure items)                                          |
 * | balance   | accounts, wallet, Stripe                             | accounts (erasure items), wallet (refunds, forfeits), audit, Stripe (refunds) |
 * | tell      | accounts, outbox                                     | accounts (erasure items), outbox                                  |
 * | processor | accounts, Stripe                                     | accounts (erasure items), Stripe (deletes the customer)           |
 * | pool      | accounts                                             | accounts (erasure items, a mark of the erased user), user pool (deletes the user) |
 * | files     | accounts, exports bucket (list)                      | keys (passphrases), exports bucket (deletes), accounts (erasure items) |
 * | erase     | every table                                          | every table by the register's rules, accounts (erasure items)     |
 * | verify    | every table, exports bucket (list), user pool        | accounts (erasure items)                                          |
 * | certify   | accounts, receipt key                                | accounts (certificate; deletes the erasure items), audit, usage (publishes the public key) |
 *
 * "Erasure items" are those of lambdas/contracts/storage/table-keys/privacy.ts. `eraseItems` must keep them and
 * `findRemains` must not count them: `certify` deletes them.
 */
export const ERASURE_STEPS = {
  gate: 'ErasureGate',
  freeze: 'ErasureFreeze',
  settle: 'ErasureSettle',
  balance: 'ErasureBalance',
  tell: 'ErasureTell',
  processor: 'ErasureProcessor',
  pool: 'ErasurePool',
  files: 'ErasureFiles',
  erase: 'ErasureErase',
  verify: 'ErasureVerify',
  certify: 'ErasureCertify',
} as const;

export type ErasureStep = keyof typeof ERASURE_STEPS;

/**
 * - `done`: the next step follows.
 * - `wait`: the step is asked again at `until`, ISO 8601, UTC.
 * - `again`: the step is asked again at once.
 * - `back`: the step before is done again.
 * - `ended`: the erasure was cancelled or is over, so the execution ends.
 */
export type ErasureStepResult =
  { readonly outcome: 'done' | 'again' | 'back' | 'ended' } | { readonly outcome: 'wait'; readonly until: string };

const task = (step: ErasureStep) => ({
  Type: 'Task',
  Resource: `\${${ERASURE_STEPS[step]}}`,
  TimeoutSeconds: STEP_SECONDS,
  ResultPath: '$.result',
  Retry: STEP_RETRY,
});

const when = (outcome: ErasureStepResult['outcome'], Next: string) => ({
  Variable: '$.result.outcome',
  StringEquals: outcome,
  Next,
});

/** A step that may have to wait or to continue, with its choice and its pause. */
const repeated = <Name extends string>(name: Name, step: ErasureStep, next: string, before?: string) => ({
  [name]: { ...task(step), Next: `${name}Outcome` },
  [`${name}Outcome`]: {
    Type: 'Choice',
    Choices: [
      when('done', next),
      when('wait', `${name}Pause`),
      when('again', name),
      when('ended', 'Ended'),
      ...(before === undefined ? [] : [when('back', before)]),
    ],
    Default: 'UnknownOutcome',
  },
  [`${name}Pause`]: { Type: 'Wait', TimestampPath: '$.result.until', Next: name },
});

export const ERASURE_WORKFLOW = {
  Comment: 'Erases the data of an account or a person after a grace period, and certifies it.',
  TimeoutSeconds: EXECUTION_SECONDS,
  StartAt: 'Gate',
  States: {
    // The end of the grace period, and legal holds.
    ...repeated('Gate', 'gate', 'Freeze'),
    Freeze: { ...task('freeze'), Next: 'Settle' },
    ...repeated('Settle', 'settle', 'Balance'),
    // It looks for legal holds once more, and from its first effect on nothing can be taken back.
    ...repeated('Balance', 'balance', 'Tell'),
    ...repeated('Tell', 'tell', 'Processor'),
    Processor: { ...task('processor'), Next: 'Pool' },
    Pool: { ...task('pool'), Next: 'Files' },
    ...repeated('Files', 'files', 'Erase'),
    ...repeated('Erase', 'erase', 'Verify'),
    ...repeated('Verify', 'verify', 'Certify', 'Erase'),
    Certify: { ...task('certify'), End: true },
    Ended: { Type: 'Succeed' },
    UnknownOutcome: {
      Type: 'Fail',
      Error: 'UnknownOutcome',
      Cause: 'A step returned an outcome that nothing handles.',
    },
  },
} as const;
