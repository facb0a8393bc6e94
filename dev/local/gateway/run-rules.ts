import {
  type Change,
  type Faults,
  processBatch,
  type RunRules,
  sinkBatch,
  type StreamRule,
} from '../../../lambdas/adapters/stream/stream-rules';

/**
 * Runs the rules of a stream without the package that functions use: it loads the clients of several AWS services,
 * which a local run does not need, and they take 20 MB.
 */
export const runRules: RunRules = (records, rules, context) =>
  processBatch(records, context, async (changes, faults) => {
    for (const rule of rules) {
      const batch = mapped(rule, changes, faults);
      if (batch.length > 0) await sinkBatch(rule, batch, faults);
    }
  });

const mapped = <T>(rule: StreamRule<T>, changes: readonly Change[], faults: Faults) =>
  changes
    .filter(({ type }) => rule.changes.includes(type))
    .filter((change) => faults.attempt(change, () => rule.when(change)))
    .flatMap((change) => {
      const value = faults.attempt(change, () => rule.map(change));
      return value === undefined ? [] : [{ changeId: change.id, key: change.key, value }];
    });
