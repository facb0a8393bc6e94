import { z } from 'zod';
import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput, StoredErasure } from '../../../contracts/storage/erasure';
import { autoTopUpKey, PENDING_REFUNDS_PARTITION } from '../../../contracts/storage/table-keys/funds';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { runningExportKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, WALLET } from '../../../contracts/storage/tables';
import { HOUR_MS, MINUTE_MS } from '../../clock';
import { decodeAutoTopUp } from '../../payments/auto-top-up-item';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { readBalance } from '../../wallet/balance/drawers';
import { noteAt } from './erasure-item';
import { isBeingErased, ownedBy } from './owned-accounts';
import { finish, runStep, type StepDependencies, stop, waitUntil } from './run-step';

/** A process may draw on a lease for some seconds after the account was suspended. */
const LAST_REQUESTS_MS = MINUTE_MS;
/** Holds end within their deadline and a sweep. */
const HOLDS_MS = 2 * MINUTE_MS;
/** An erasure of an account takes days. */
const ACCOUNTS_MS = HOUR_MS;

/**
 * Waits until nothing of an account or a person is in progress: requests, charges, refunds, exports, and the erasures of
 * the accounts that a person owns. Holds that nobody settles expire.
 */
export function settle(dependencies: StepDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const isAccount = input.ownerId.startsWith('acc_');
  return runStep(dependencies, 'settle', input, async (stored) => {
    const wait = await (isAccount ? settleAccount : settlePerson)(dependencies, input, stored);
    return wait ?? finish(dependencies, input, 'settle');
  });
}

async function settleAccount(
  { store, clock }: StepDependencies,
  input: ErasureInput,
  { until }: StoredErasure,
): Promise<ErasureStepResult | undefined> {
  const { ownerId: accountId } = input;
  if (until === undefined) {
    const first = isoTime(clock() + LAST_REQUESTS_MS);
    await noteAt(store, input, 'settle', { set: { until: first } });
    return { outcome: 'wait', until: first };
  }
  if (clock() < Date.parse(until)) return { outcome: 'wait', until };
  const isBusy =
    ((await readBalance(store, accountId))?.heldPico ?? 0n) > 0n ||
    (await isExporting(store, accountId)) ||
    (await isCharging(store, accountId)) ||
    (await isRefunding(store, accountId));
  return isBusy ? waitUntil(clock() + HOLDS_MS) : undefined;
}

async function settlePerson(
  dependencies: StepDependencies,
  input: ErasureInput,
  stored: StoredErasure,
): Promise<ErasureStepResult | undefined> {
  const { store, clock } = dependencies;
  const { ownerId: personId } = input;
  const owned = await ownedBy(store, personId);
  const erased = await Promise.all(owned.map((accountId) => isBeingErased(store, accountId)));
  if (erased.includes(false)) return stop(dependencies, input, 'settle', { stored, reason: 'owns_account' });
  if (owned.length > 0) return waitUntil(clock() + ACCOUNTS_MS);
  return (await isExporting(store, personId)) ? waitUntil(clock() + HOLDS_MS) : undefined;
}

const isExporting = async (store: TableStore, ownerId: string): Promise<boolean> =>
  (await store.get({ table: ACCOUNTS, key: runningExportKey(ownerId) })) !== undefined;

async function isCharging(store: TableStore, accountId: string): Promise<boolean> {
  const item = await store.get({ table: ACCOUNTS, key: autoTopUpKey(accountId) });
  return item !== undefined && decodeAutoTopUp(item).isCharging;
}

/** There are few refunds that are under way in the whole deployment. */
export async function isRefunding(store: TableStore, accountId: string): Promise<boolean> {
  for await (const item of everyItem(store, { table: WALLET, partition: PENDING_REFUNDS_PARTITION })) {
    if (z.string().parse(item['accountId']) === accountId) return true;
  }
  return false;
}
