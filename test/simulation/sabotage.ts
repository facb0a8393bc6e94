import type { Check, Write } from '../../lambdas/domain/table/table-store';
import { text } from './fields';
import type { Sabotage } from './world';

type AnyWrite = Write | Check;

const isEntry = (write: AnyWrite): boolean => 'put' in write && text(write.put, 'sk').startsWith('entry#');
const isHold = (write: AnyWrite): boolean => 'put' in write && text(write.put, 'pk').startsWith('holds#');
const isUsage = (write: AnyWrite): boolean => write.table.name === 'usage';

/** A table that does not look at the condition of some writes. */
const unconditional =
  (isMeant: (write: AnyWrite) => boolean): Sabotage =>
  (writes) =>
    writes.map((write) => {
      if (!isMeant(write) || 'check' in write) return write;
      const { when: _when, ...rest } = write;
      return rest;
    });

/** A table that loses some writes of a transaction. */
const lossy =
  (isMeant: (write: AnyWrite) => boolean): Sabotage =>
  (writes) =>
    writes.filter((write) => !isMeant(write));

/** What is broken on purpose, so that it is known that the simulation would see it. */
export const SABOTAGES: readonly (readonly [what: string, sabotage: Sabotage])[] = [
  ['an overdrawn wallet', unconditional((write) => 'update' in write)],
  ['a payment that is credited twice', unconditional(isEntry)],
  ['a hold that is ended although it is gone', unconditional((write) => 'delete' in write)],
  ['an entry that was not written', lossy(isEntry)],
  ['a hold that was not written', lossy(isHold)],
  ['a hold that was not ended', lossy((write) => 'delete' in write)],
  ['a balance that did not change', lossy((write) => 'update' in write)],
  ['a usage record that was not written', lossy(isUsage)],
];
