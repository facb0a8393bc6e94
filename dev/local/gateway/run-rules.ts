import {
  changeOf,
  nameOf,
  type RunRules,
  sinkBatch,
  StreamFault,
  type StreamRule,
  wrapFault,
} from '../../../lambdas/adapters/stream/stream-rules';

/**
 * Runs the rules of a stream without the package that functions use: it loads the clients of several AWS services,
 * which a local run does not need, and they take 20 MB.
 */
export const runRules: RunRules = async (records, rules, log) => {
  try {
    const changes = records.map((record) => wrapFault('read', () => changeOf(record)));
    for (const rule of rules) {
      const batch = mapped(rule, changes);
      if (batch.length > 0) await sinkBatch(rule, batch);
    }
  } catch (error) {
    const fault = error instanceof StreamFault ? error : new StreamFault('none', nameOf(error));
    log.error('STREAM_FAULT', { cause: fault.failure, count: records.length });
    throw fault;
  }
};

const mapped = <T>(rule: StreamRule<T>, changes: readonly ReturnType<typeof changeOf>[]) =>
  changes
    .filter(({ type }) => rule.changes.includes(type))
    .filter((change) => wrapFault(rule.id, () => rule.when(change)))
    .flatMap((change) => {
      const value = wrapFault(rule.id, () => rule.map(change));
      return value === undefined ? [] : [{ changeId: change.id, value }];
    });
