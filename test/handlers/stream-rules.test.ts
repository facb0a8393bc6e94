import type { DynamoDBRecord } from 'aws-lambda';
import { runRules } from '../../dev/local/gateway/run-rules';
import { runPipelines } from '../../lambdas/adapters/stream/stream-pipeline';
import {
  type Mapped,
  type StreamContext,
  StreamFault,
  type StreamRule,
} from '../../lambdas/adapters/stream/stream-rules';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { StoreUnavailable } from '../../lambdas/domain/table/table-errors';
import type { UnprocessableChange } from '../../lambdas/domain/usage/parked/parked-changes';

const record = (id: string, type: 'INSERT' | 'MODIFY' | 'REMOVE', n: number): DynamoDBRecord => ({
  eventID: id,
  eventName: type,
  dynamodb: { Keys: { pk: { S: 'p' }, sk: { S: id } }, NewImage: { n: { N: String(n) } } },
});
const mapped = (id: string, value: bigint): Mapped<bigint> => ({ changeId: id, key: { pk: 'p', sk: id }, value });
const RECORDS = [
  record('a', 'INSERT', 1),
  record('b', 'MODIFY', 2),
  record('c', 'INSERT', 3),
  record('d', 'REMOVE', 4),
];

describe.each([
  ['the runner of functions', runPipelines],
  ['the runner of the local host', runRules],
])('%s', (_, run) => {
  let logged: string[];
  let sunk: (readonly Mapped<bigint>[])[];
  let parked: UnprocessableChange[];
  const context: StreamContext = {
    log: new StdoutLog((line) => void logged.push((JSON.parse(line) as { code: string }).code)),
    park: async (changes) => void parked.push(...changes),
  };
  const rule = (changes: Partial<StreamRule<bigint>>): StreamRule<bigint> => ({
    id: 'numbers',
    changes: ['INSERT', 'MODIFY'],
    when: () => true,
    map: ({ after }) => after?.['n'] as bigint,
    sink: (batch) => {
      sunk.push(batch);
      return Promise.resolve();
    },
    ...changes,
  });

  beforeEach(() => {
    logged = [];
    sunk = [];
    parked = [];
  });

  test('a rule receives the changes of its types in one batch, in order', async () => {
    await run(RECORDS, [rule({})], context);
    expect(sunk).toEqual([[mapped('a', 1n), mapped('b', 2n), mapped('c', 3n)]]);
  });

  test('a rule receives neither what it does not select nor what it maps to nothing', async () => {
    const map: StreamRule<bigint>['map'] = ({ id, after }) => (id === 'a' ? undefined : (after?.['n'] as bigint));
    await run(RECORDS, [rule({ when: ({ id }) => id !== 'b', map })], context);
    expect(sunk).toEqual([[mapped('c', 3n)]]);
  });

  test('a rule without a change to receive is not called', async () => {
    await run(RECORDS, [rule({ when: () => false })], context);
    expect(sunk).toEqual([]);
  });

  test.each(['when', 'map', 'sink'] as const)(
    'a rule whose %s fails has its changes parked, with only the name of the error',
    async (part) => {
      const fail = () => {
        throw new RangeError('a secret');
      };
      expect(await run(RECORDS, [rule({ [part]: fail })], context)).toEqual({ batchItemFailures: [] });
      expect(parked).toEqual(
        ['a', 'b', 'c'].map((id) => ({ changeId: id, key: { pk: 'p', sk: id }, cause: 'RangeError' })),
      );
      expect(logged).toEqual(['CHANGE_PARKED', 'CHANGE_PARKED', 'CHANGE_PARKED']);
    },
  );

  test('a sink whose store fails fails the batch, and parks nothing', async () => {
    const fail = () => Promise.reject(new StoreUnavailable('a secret'));
    await expect(run(RECORDS, [rule({ sink: fail })], context)).rejects.toThrow(
      new StreamFault('numbers', 'StoreUnavailable'),
    );
    expect([logged, parked]).toEqual([['STREAM_FAULT'], []]);
  });

  test('a record that is not a change is parked, and the others are processed', async () => {
    expect(await run([{}, ...RECORDS], [rule({})], context)).toEqual({ batchItemFailures: [] });
    expect(parked).toEqual([{ changeId: 'unknown', cause: 'TypeError' }]);
    expect(sunk).toHaveLength(1);
  });
});
