import fc from 'fast-check';
import type { UsageRecord } from '../../../../lambdas/contracts/storage/usage-record';
import type { CountableChange } from '../../../../lambdas/domain/usage/rollups/targets';
import { sumOfMeasures } from '../../../../lambdas/domain/usage/rollups/measures';
import { FaultyStore } from '../../wallet/faulty-store';
import { changeOf, expectedFrom, RollUpStage } from './roll-up-stage';

const plan = fc.record({
  requests: fc.array(
    fc.record({
      key: fc.nat(3),
      model: fc.constantFrom('a', 'b', 'c'),
      minutes: fc.nat(90),
      costPico: fc.bigInt({ min: 0n, max: 10n ** 15n }),
      durationMs: fc.nat(900_000),
      /** Whether a late settle replaced the record. */
      isLate: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  /** Batches as pairs of a start and a length. Those that overlap are redeliveries. */
  batches: fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 30 })), { maxLength: 12 }),
  faults: fc.array(
    fc.constantFrom('none' as const, 'conflict' as const, 'lost reply' as const, 'unreachable' as const),
    {
      maxLength: 12,
    },
  ),
  turns: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
  areConcurrent: fc.boolean(),
});

test('roll-ups equal the sums of the records, however their changes are batched, repeated, interleaved and interrupted', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ requests, batches, faults, turns, areConcurrent }) => {
      const stage = new RollUpStage();
      const final: UsageRecord[] = [];
      const changes: CountableChange[] = [];
      for (const { key, minutes, isLate, ...fields } of requests) {
        const at = new Date(stage.now + minutes * 60_000).toISOString();
        const record = stage.record({ ...fields, at, keyId: `01JD000000000000000000000${key}` });
        const before = isLate ? stage.expired(record) : undefined;
        if (before !== undefined) changes.push(changeOf(before));
        changes.push({ ...changeOf(record), ...(before && { before }) });
        final.push(record);
      }
      const store = new FaultyStore(stage.engine);
      store.interleave(turns);
      store.plan(...faults);
      const deliveries = [...batches, [0, changes.length] as const].map(([from, length]) => async (): Promise<void> => {
        // Nothing fails for longer than the faults that are planned.
        for (;;) {
          try {
            await stage.rollUpsOn(store).count(changes.slice(from, from + length));
            return;
          } catch {
            continue;
          }
        }
      });
      // A stream delivers the changes of one record in order: a redelivery may only repeat them.
      const inOrder = [...deliveries].reverse();
      if (areConcurrent) await Promise.all(inOrder.map((deliver) => deliver()));
      else for (const deliver of inOrder) await deliver();
      const stored = new Map([...(await stage.stored())].filter(([, measures]) => Object.keys(measures).length > 0));
      const expected = [...expectedFrom(final)].filter(
        ([, measures]) => Object.keys(sumOfMeasures([measures])).length > 0,
      );
      expect(new Map([...stored].sort())).toEqual(new Map(expected.sort()));
    }),
    { numRuns: 60 },
  );
});
