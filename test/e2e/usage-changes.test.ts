import { EventEmitter, once } from 'node:events';
import { PeriodicTask } from '../../dev/local/gateway/periodic-task';
import { UsageChanges } from '../../dev/local/gateway/usage-changes';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { USAGE } from '../../lambdas/contracts/storage/tables';

const HOUR_MS = 3_600_000;

test('changes of a busy gateway are read as soon as there is a batch of them, and the others at the next run', async () => {
  const store = EmbeddedStore.memory({ clock: Date.now });
  const changes = new UsageChanges();
  const batches = new EventEmitter();
  const read: number[] = [];
  const task = new PeriodicTask(HOUR_MS, async () => {
    await changes.deliver(async ({ Records }) => void read.push(Records.length));
    batches.emit('read');
  });
  changes.follow(store, () => task.hasten());
  task.start();
  const first = once(batches, 'read');
  for (let number = 0; number < 130; number += 1) {
    await store.write({ table: USAGE, put: { pk: 'acc_1#0', sk: `req_${number}` } });
    if (number === 99) await first;
  }
  expect(read).toEqual([100]);
  await task.stop();
  await changes.deliver(async ({ Records }) => void read.push(Records.length));
  expect(read).toEqual([100, 30]);
  await store.close();
});
