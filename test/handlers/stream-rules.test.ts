import type { DynamoDBRecord } from 'aws-lambda';
import { runRules } from '../../dev/local/gateway/run-rules';
import { runPipelines } from '../../lambdas/adapters/stream/stream-pipeline';
import { type Mapped, StreamFault, type StreamRule } from '../../lambdas/adapters/stream/stream-rules';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';

const record = (id: string, type: 'INSERT' | 'MODIFY' | 'REMOVE', n: number): DynamoDBRecord => ({
  eventID: id,
  eventName: type,
  dynamodb: { NewImage: { n: { N: String(n) } } },
});
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
  const log = new StdoutLog((line) => void logged.push((JSON.parse(line) as { code: string }).code));
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
  });

  test('a rule receives the changes of its types in one batch, in order', async () => {
    await run(RECORDS, [rule({})], log);
    expect(sunk).toEqual([
      [
        { changeId: 'a', value: 1n },
        { changeId: 'b', value: 2n },
        { changeId: 'c', value: 3n },
      ],
    ]);
  });

  test('a rule receives neither what it does not select nor what it maps to nothing', async () => {
    const map: StreamRule<bigint>['map'] = ({ id, after }) => (id === 'a' ? undefined : (after?.['n'] as bigint));
    await run(RECORDS, [rule({ when: ({ id }) => id !== 'b', map })], log);
    expect(sunk).toEqual([[{ changeId: 'c', value: 3n }]]);
  });

  test('a rule without a change to receive is not called', async () => {
    await run(RECORDS, [rule({ when: () => false })], log);
    expect(sunk).toEqual([]);
  });

  test.each(['when', 'map', 'sink'] as const)(
    'a rule whose %s fails fails the batch, and names only the error',
    async (part) => {
      const fail = () => {
        throw new RangeError('a secret');
      };
      await expect(run(RECORDS, [rule({ [part]: fail })], log)).rejects.toThrow(
        new StreamFault('numbers', 'RangeError'),
      );
      expect(logged).toEqual(['STREAM_FAULT']);
    },
  );

  test('a record that is not a change fails the batch', async () => {
    await expect(run([{}], [rule({})], log)).rejects.toThrow(StreamFault);
    expect([logged, sunk]).toEqual([['STREAM_FAULT'], []]);
  });
});
