import { z } from 'zod';
import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput, StoredErasure } from '../../../contracts/storage/erasure';
import { autoTopUpKey, PENDING_REFUNDS_PARTITION } from '../../../contracts/storage/table-keys/funds';
import { runningExportKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, WALLET } from '../../../contracts/storage/tables';
import { decodeAutoTopUp } from '../../payments/auto-top-up-item';
import { RUN_MS_MAX } from '../export/exports';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { readBalance } from '../../wallet/balance/drawers';
import { noteAt } from './erasure-item';
import { isBeingErased, ownedBy } from './owned-accounts';
import { finish, runStep, type StepDependencies, stop, waitFor } from './run-step';

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
  dependencies: StepDependencies,
  input: ErasureInput,
  { until }: StoredErasure,
): Promise<ErasureStepResult | undefined> {
  const { store, clock } = dependencies;
  const { ownerId: accountId } = input;
  if (until === undefined) {
    const wait = waitFor(dependencies, 'lastRequests');
    await noteAt(store, input, 'settle', { set: { until: wait.until } });
    return wait;
  }
  if (clock() < Date.parse(until)) return { outcome: 'wait', until };
  if (await isCharging(store, accountId)) return waitFor(dependencies, 'slow');
  const isBusy =
    ((await readBalance(store, accountId))?.heldPico ?? 0n) > 0n ||
    (await isExporting(dependencies, accountId)) ||
    (await isRefunding(store, accountId));
  return isBusy ? waitFor(dependencies, 'progress') : undefined;
}

async function settlePerson(
  dependencies: StepDependencies,
  input: ErasureInput,
  stored: StoredErasure,
): Promise<ErasureStepResult | undefined> {
  const { store } = dependencies;
  const { ownerId: personId } = input;
  const owned = await ownedBy(store, personId);
  const erased = await Promise.all(owned.map((accountId) => isBeingErased(store, accountId)));
  if (erased.includes(false)) return stop(dependencies, input, 'settle', { stored, reason: 'owns_account' });
  if (owned.length > 0) return waitFor(dependencies, 'slow');
  return (await isExporting(dependencies, personId)) ? waitFor(dependencies, 'progress') : undefined;
}

/** An export that failed is still noted as running, and ends without having ended. */
async function isExporting({ store, clock }: StepDependencies, ownerId: string): Promise<boolean> {
  const item = await store.get({ table: ACCOUNTS, key: runningExportKey(ownerId) });
  return item !== undefined && Date.parse(z.string().parse(item['startedAt'])) > clock() - RUN_MS_MAX;
}

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
