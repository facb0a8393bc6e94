import { ulid } from 'ulid';
import { autoTopUpKey } from '../../contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { VersionMismatch } from '../errors/refusal';
import type { GuardedWrite } from '../table/commit';
import { absent, compare } from '../table/condition';
import type { TableStore } from '../table/table-store';
import { type AutoTopUp, decodeAutoTopUp, listed } from './auto-top-up-item';
import { picoOfCents } from './cents';
import { AutoTopUpTooSmall } from './payments-errors';

/** How an account wants its automatic top-up. */
export type AutoTopUpSettings = Pick<AutoTopUp, 'isOn' | 'amountCents' | 'monthMaxCents'> & {
  readonly thresholdCents: bigint;
  /** The money that has gone back to the payer so far; see `Funds.view`. */
  readonly returnedPico: bigint;
};

export async function readAutoTopUp(store: TableStore, accountId: string): Promise<AutoTopUp | undefined> {
  const item = await store.get({ table: ACCOUNTS, key: autoTopUpKey(accountId) });
  return item && decodeAutoTopUp(item);
}

/** The writes that turn an account's automatic top-up off, if it is on. A charge that is running goes on. */
export async function stopAutoTopUp(store: TableStore, accountId: string): Promise<readonly GuardedWrite[]> {
  const current = await readAutoTopUp(store, accountId);
  if (current?.isOn !== true) return [];
  return [
    {
      write: {
        table: ACCOUNTS,
        update: autoTopUpKey(accountId),
        change: { set: { isOn: false }, add: { revision: 1n } },
        when: compare('revision', '=', current.revision),
      },
      otherwise: () => new VersionMismatch(),
    },
    ...listed(accountId, { isOn: false, isCharging: current.isCharging }),
  ];
}

/**
 * The writes that set an account's automatic top-up. A charge that is running goes on. Turning it on again forgets that
 * earlier charges were declined.
 * @param current as it was read
 * @throws AutoTopUpTooSmall when one charge would not lift the account over the threshold
 */
export function setAutoTopUp(
  accountId: string,
  current: AutoTopUp | undefined,
  { isOn, thresholdCents, amountCents, monthMaxCents, returnedPico }: AutoTopUpSettings,
): readonly GuardedWrite[] {
  if (amountCents < thresholdCents || monthMaxCents < amountCents || amountCents === 0n) throw new AutoTopUpTooSmall();
  const set = {
    isOn,
    thresholdPico: picoOfCents(thresholdCents),
    amountCents,
    monthMaxCents,
    returnedPico,
    ...(isOn && { declines: 0, waitsUntil: 0 }),
  };
  const first = {
    isCharging: false,
    chargeCents: 0n,
    chargedAt: 0,
    attempt: 0,
    generation: ulid(),
    declines: 0,
    waitsUntil: 0,
    month: '',
    monthCents: 0n,
  };
  return [
    {
      write: {
        table: ACCOUNTS,
        update: autoTopUpKey(accountId),
        change: { set: current === undefined ? { ...first, ...set } : set, add: { revision: 1n } },
        when: current === undefined ? absent() : compare('revision', '=', current.revision),
      },
      otherwise: () => new VersionMismatch(),
    },
    ...listed(accountId, { isOn, isCharging: current?.isCharging ?? false }),
  ];
}
