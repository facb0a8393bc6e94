import { CREDITS_PARTITION } from '../../lambdas/contracts/storage/table-keys/wallet';
import { type Condition, exists } from '../../lambdas/domain/table/condition';
import type { Check, Write } from '../../lambdas/domain/table/table-store';
import type { Item } from '../../lambdas/domain/table/value';
import type { Hold } from '../../lambdas/domain/wallet/holds/hold';
import { text } from './fields';
import type { Sabotage } from './world';

type AnyWrite = Write | Check;

const isPut = (write: AnyWrite, beginning: string): boolean =>
  'put' in write && `${text(write.put, 'pk')} ${text(write.put, 'sk')}`.includes(beginning);
const isEntry = (write: AnyWrite): boolean => isPut(write, ' entry#');
const isLeaseEntry = (write: AnyWrite): boolean => isPut(write, ' entry#lease_');
const isHold = (write: AnyWrite): boolean => isPut(write, 'holds#') && !isPut(write, '#lease_');
const isUsage = (write: AnyWrite): boolean => write.table.name === 'usage';
const isRollUp = (write: AnyWrite): boolean => write.table.name === 'rollups' && 'update' in write;
const isDelete = (write: AnyWrite): boolean => 'delete' in write;
const isHoldDelete = (write: AnyWrite): boolean => isDelete(write) && !isLeaseDelete(write);
const isLeaseDelete = (write: AnyWrite): boolean => 'delete' in write && write.delete.sk.includes('#lease_');
const isLeaseUpdate = (write: AnyWrite): boolean => 'update' in write && write.update.sk.includes('#lease_');
const isHoldUpdate = (write: AnyWrite): boolean =>
  'update' in write && write.update.pk.startsWith('holds#') && !isLeaseUpdate(write);
const isDrawer = (write: AnyWrite): boolean =>
  'update' in write && write.update.sk === 'wallet' && write.update.pk.includes('#');
const isCounter = (write: AnyWrite, beginning: string): boolean =>
  'update' in write && write.update.pk.startsWith('counters#') && write.update.sk.startsWith(beginning);
const isShared = (write: AnyWrite): boolean => 'update' in write && write.update.pk.startsWith('counters#bud_');
const isPart = (write: AnyWrite): boolean =>
  'update' in write && isShared(write) && write.update.pk.split('#').length > 2;
const isBudgetCounter = (write: AnyWrite): boolean => isShared(write) && !isPart(write);
/** Matches both writes that end a leased request: its own usage record and the one of its expiry. */
const isLeasedUsage = (write: AnyWrite): boolean =>
  isUsage(write) && 'put' in write && (write.put['leaseTurn'] !== undefined || write.put['status'] === 'expired');

const eachWrite = (change: (write: AnyWrite) => AnyWrite): Sabotage => ({ writes: (writes) => writes.map(change) });

/** Ignores the condition of some writes. */
const unconditional = (isMeant: (write: AnyWrite) => boolean): Sabotage =>
  eachWrite((write) => {
    if (!isMeant(write) || 'check' in write) return write;
    const { when: _when, ...rest } = write;
    return rest;
  });

/** Requires of some items only that they exist. */
const onlyExisting = (isMeant: (write: AnyWrite) => boolean): Sabotage =>
  eachWrite((write) => (isMeant(write) ? { ...write, when: exists() } : write));

/** Drops the comparisons of some attributes from the conditions of some writes. */
const withoutComparing = (isMeant: (write: AnyWrite) => boolean, attributes: readonly string[]): Sabotage =>
  eachWrite((write) => {
    if (!isMeant(write) || !write.when || !('all' in write.when)) return write;
    const kept = write.when.all.filter(
      (condition) => !('value' in condition && attributes.includes(condition.attribute)),
    );
    return { ...write, when: { all: kept } };
  });

/** Sabotages only the transactions with some write. */
const within = (isMeant: (write: AnyWrite) => boolean, { writes: change = same }: Sabotage): Sabotage => ({
  writes: (writes) => (writes.some(isMeant) ? change(writes) : writes),
});

const same = (writes: readonly AnyWrite[]): readonly AnyWrite[] => writes;

/** Loses some writes of a transaction. */
const lossy = (isMeant: (write: AnyWrite) => boolean): Sabotage => ({
  writes: (writes) => writes.filter((write) => !isMeant(write)),
});

/** Replaces attributes in some puts and updates. */
const forging = (isMeant: (write: AnyWrite) => boolean, forged: (item: Item) => Item): Sabotage =>
  eachWrite((write) => {
    if (!isMeant(write)) return write;
    if ('put' in write) return { ...write, put: { ...write.put, ...forged(write.put) } };
    if (!('update' in write) || !write.change.set) return write;
    return { ...write, change: { ...write.change, set: { ...write.change.set, ...forged(write.change.set) } } };
  });

/** Drops the parts of a condition that ask for an absent attribute, which are those about suspension and debt. */
const ignoringSuspension = (write: AnyWrite): AnyWrite => {
  const asksForAbsence = (condition: Condition): boolean =>
    'absent' in condition || ('all' in condition && condition.all.every(asksForAbsence));
  if (!('update' in write) || !write.when || !('all' in write.when)) return write;
  return { ...write, when: { all: write.when.all.filter((condition) => !asksForAbsence(condition)) } };
};

/** Settles a request as if it had another ceiling. */
const withCeiling = (ceilingOf: (hold: Hold) => bigint): Sabotage => ({
  settled: (hold) => (hold.rolling ? { ...hold, rolling: { ...hold.rolling, ceilingPico: ceilingOf(hold) } } : hold),
});

/**
 * Deliberate defects, which prove that the simulation would notice them. A seed says where to begin with one that few
 * histories show. When plan.ts draws other random numbers, the simulation plays on from there until it finds the defect.
 */
export const SABOTAGES: readonly (readonly [what: string, sabotage: Sabotage, seed?: number])[] = [
  ['an overdrawn wallet', unconditional((write) => 'update' in write)],
  ['a payment that is credited twice', unconditional(isEntry)],
  ['a hold that ends although it is gone', unconditional(isDelete)],
  ['a payment that is missing from the list of payments', lossy((write) => isPut(write, `${CREDITS_PARTITION} `))],
  ['an entry that was not written', lossy(isEntry)],
  ['a hold that was not written', lossy(isHold)],
  ['a hold that is still there after its end', lossy(isDelete)],
  ['a balance that did not change', lossy((write) => 'update' in write)],
  ['a usage record that was not written', lossy(isUsage)],
  ['a lease that is passed on although it has ended', unconditional(isLeaseUpdate)],
  ['a lease that is ended although it was passed on', unconditional(isLeaseDelete), 38],
  ['a lease that is still there after its end', lossy(isLeaseDelete)],
  ['a lease whose charges were not booked', lossy(isLeaseEntry)],
  ['a drawer that is overdrawn', unconditional(isDrawer)],
  ['a drawer that did not change', lossy(isDrawer)],
  ['a leased request that is settled although it has expired', unconditional(isLeasedUsage), 19],
  [
    'a lease that holds too little',
    forging(
      (write) => isPut(write, '#lease_') && !isEntry(write),
      () => ({ heldPico: 0n }),
    ),
  ],
  ['a tally that omits a charge', forging(isLeaseUpdate, () => ({ settledPico: 0n })), 15],
  ['a tally that omits a request', forging(isLeaseUpdate, () => ({ requests: 0n }))],
  ['a lease that is charged for the wrong request', forging(isUsage, ({ leaseTurn }) => next(leaseTurn))],
  ['a budget that is overdrawn', unconditional((write) => isCounter(write, 'budget#'))],
  ['a budget that did not change', lossy((write) => isCounter(write, 'budget#'))],
  ['more concurrent requests than the key allows', unconditional((write) => isCounter(write, 'running')), 53],
  ['a running request that is not counted', lossy((write) => isCounter(write, 'running'))],
  ['a hold that ends at an amount that it no longer has', onlyExisting(isHoldDelete), 10],
  ['an extension that is made twice', onlyExisting(isHoldUpdate), 1_388],
  ['a lease that ends at an amount that it no longer has', withoutComparing(isLeaseDelete, ['heldPico']), 38],
  ['a growth of a lease that is made twice', withoutComparing(isLeaseUpdate, ['heldPico']), 391],
  [
    'a growth of a lease for a request whose turn is over',
    withoutComparing(isLeaseUpdate, ['turn', 'requestHeldPico']),
    2_633,
  ],
  ['a growth that takes no money', within(isLeaseUpdate, lossy(isDrawer)), 25],
  ['an extension that brings an ended hold back', unconditional(isHoldUpdate)],
  ['an extension for a suspended account', within(isHoldUpdate, eachWrite(ignoringSuspension)), 47],
  [
    'an extension that exceeds the budget',
    within(
      isHoldUpdate,
      unconditional((write) => isCounter(write, 'budget#')),
    ),
    92,
  ],
  [
    'a charge above the hold that exceeds the budget',
    within(
      isHoldDelete,
      unconditional((write) => isCounter(write, 'budget#')),
    ),
    88,
  ],
  ['a shared budget that is overdrawn', unconditional(isShared), 36],
  ['a shared budget that is skipped', lossy(isShared)],
  ['a shared budget that is not extended with the hold', within(isHoldUpdate, lossy(isShared)), 80],
  ['a shared budget that gets nothing back from a hold', within(isHoldDelete, lossy(isShared)), 36],
  ['an extension that exceeds a shared budget', within(isHoldUpdate, unconditional(isShared)), 80],
  ['a part of a budget that is taken twice', unconditional(isPart), 36],
  ['a part of a budget that its budget does not pay', within(isPart, lossy(isBudgetCounter)), 36],
  ['a part of a budget that gets nothing', within(isBudgetCounter, lossy(isPart)), 36],
  ['a lease that is not counted in its budget', within((write) => isPut(write, '#lease_'), lossy(isPart)), 36],
  ['a lease whose growth is not counted in its budget', within(isLeaseUpdate, lossy(isShared)), 36],
  ['a lease that returns nothing to its budget', within(isLeaseDelete, lossy(isPart)), 36],
  ['a charge above the hold that exceeds a shared budget', within(isHoldDelete, unconditional(isShared)), 176],
  ['a charge above the hold that exceeds its ceiling', withCeiling(() => 10n ** 18n)],
  ['an operator who pays what the account could have paid', withCeiling(({ heldPico }) => heldPico), 66],
  ['an end that does not record the amount of its lease', forging(isLeaseEntry, () => ({ heldPico: 1n }))],
  ['a request that is counted each time that its change is delivered', lossy((write) => isPut(write, '#counted '))],
  ['a change that is noted as counted and not counted', lossy(isRollUp)],
  [
    'an end that does not record the price versions of its charges',
    forging(isLeaseEntry, () => ({ priceVersions: [] })),
  ],
];

const next = (leaseTurn: Item[string] | undefined): Item =>
  typeof leaseTurn === 'string' ? { leaseTurn: leaseTurn.replace(/\d+$/, (turn) => String(Number(turn) + 1)) } : {};
