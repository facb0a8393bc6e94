import { existsSync, writeFileSync } from 'node:fs';
import { openReadOnlyServices } from '../../dev/local/gateway/local-services';
import { describeUnless } from '../support/describe-unless';
import { SmallDisk, whyNoSmallDisk } from '../support/small-disk';
import { EXPECTED, JournalStage, NOTE } from './journal-stage';

const { accountId, apiKey } = EXPECTED;
const PAGE_BYTES = 4_096;
/** Enough for the new store, its log and the note. */
const ROOM_MAX = 100 * PAGE_BYTES;

describeUnless(whyNoSmallDisk())('a migration on a small disk', () => {
  let disk: SmallDisk;
  let stage: JournalStage;
  beforeEach(() => {
    disk = SmallDisk.mount();
    stage = new JournalStage(disk.path);
  });
  afterEach(async () => {
    await stage.close();
    disk.unmount();
  });

  /** Fails unless the folder has everything that the older release stored. */
  async function expectWhole(): Promise<void> {
    const services = await stage.open();
    expect(await services.keys.verify(apiKey)).toMatchObject({ accountId });
    expect(await services.usage.newest(accountId, 100)).toHaveLength(10);
    expect((await services.wallet.balance(accountId))?.fundedPico).toBe(6_350_000_000_000n);
    await stage.close();
  }

  test('a migration that runs out of space at any point loses nothing, and succeeds once there is space', async () => {
    const journal = stage.readJournal();
    const messages = new Set<string>();
    let isDone = false;
    for (let room = 0; !isDone; room += PAGE_BYTES) {
      expect(room).toBeLessThan(ROOM_MAX);
      disk.fill(room);
      isDone = await stage.open().then(
        () => true,
        (error: unknown) => {
          messages.add((error as Error).message);
          return false;
        },
      );
      await stage.close();
      // Without the note, the journal is still what counts.
      expect([journal, NOTE].indexOf(stage.readJournal())).toBe(isDone ? 1 : 0);
      disk.free();
    }
    expect([...messages]).toContain(
      `The disk has too little space to move the data of ${stage.journal} into a new file. Free some, and start again.`,
    );
    await expectWhole();
    expect(stage.readJournal()).toBe(NOTE);
  });

  test('a folder whose migration ran out of space is migrated by the next start, wherever the first one failed', async () => {
    const journal = stage.readJournal();
    for (let room = 0; room < ROOM_MAX; room += 3 * PAGE_BYTES) {
      disk.fill(room);
      await stage.open().catch(() => undefined);
      await stage.close();
      disk.free();
      await expectWhole();
      expect(stage.names().filter((name) => name.includes('migrating'))).toEqual([]);
      for (const name of stage.names()) if (name.startsWith('store.db')) stage.remove(name);
      writeFileSync(stage.journal, journal);
    }
  });

  test('the folder of an older release can be read on a read-only disk, and stays as it is', async () => {
    const journal = stage.readJournal();
    const names = stage.names();
    disk.makeReadOnly();
    const services = await openReadOnlyServices(stage.folder, () => Date.parse(EXPECTED.madeAt));
    expect(await services.keys.verify(apiKey)).toMatchObject({ accountId });
    expect(await services.usage.newest(accountId, 100)).toHaveLength(10);
    await expect(services.wallet.credit({ accountId, amountPico: 1n, paymentId: 'pi_refused' })).rejects.toMatchObject({
      name: 'StoreReadOnly',
    });
    await services.close();
    expect(stage.names()).toEqual(names);
    expect(stage.readJournal() === journal).toBe(true);
    expect(existsSync(stage.store)).toBe(false);
  });
});
