import { BALANCE_POLICIES, type BalancePolicy } from '../../../contracts/deployment/erasure-settings';
import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { BalanceOutcome, ErasureInput, StopReason, StoredErasure } from '../../../contracts/storage/erasure';
import { isKnown } from '../../../contracts/storage/open-values';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { legalHoldKey, runningErasureKey } from '../../../contracts/storage/table-keys/privacy';
import { ENTRY_PREFIX, entryKey } from '../../../contracts/storage/table-keys/wallet';
import { ACCOUNTS, WALLET } from '../../../contracts/storage/tables';
import { DEPLOYMENT } from '../../access/actor';
import type { Members } from '../../accounts/members';
import { decodeMembership } from '../../accounts/member-item';
import { membershipsOf } from '../../accounts/memberships';
import { picoOfCents, wholeCentsIn } from '../../payments/cents';
import type { Customers } from '../../payments/customers';
import { commit } from '../../table/commit';
import { absent, compare, exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';
import { closeBalance } from '../../wallet/balance/balance';
import { FORFEIT_PREFIX } from '../../wallet/funds/forfeit';
import type { Funds, FundsView } from '../../wallet/funds/funds';
import { returnIdOf } from '../../wallet/funds/refund';
import { decodeEntry } from '../../wallet/ledger/entry';
import { WalletNotFound } from '../../wallet/wallet-errors';
import { changeAt } from './erasure-item';
import type { ErasableCustomers } from './ports';
import { type RefundCreditDependencies, refundCredit, refundPrefixOf } from './refund-credit';
import { AGAIN, finish, isHeld, runStep, type StepDependencies, stop, waitFor } from './run-step';
import { isRefunding } from './settle';

/** Why credit ended, in the ledger: by the policy or a decision, or because it cannot be refunded. */
const FORFEITED = 'erasure-forfeit';
const REST = 'erasure-rest';

export interface EndBalanceDependencies extends StepDependencies, Omit<RefundCreditDependencies, 'funds'> {
  readonly funds: Pick<Funds, 'view' | 'setLine' | 'forfeit'>;
  readonly customers?: { readonly find: Customers['find']; readonly processor: ErasableCustomers } | undefined;
  readonly members: Pick<Members, 'remove' | 'settle'>;
}

/**
 * Ends the balance of an account by its policy, or the memberships of a person. Before its first effect it looks for a
 * legal hold once more; from then on, nothing can be taken back.
 */
export function endBalance(dependencies: EndBalanceDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  return runStep(dependencies, 'balance', input, async (stored) => {
    const isAccount = input.ownerId.startsWith('acc_');
    if (isAccount) await endDealings(dependencies, input.ownerId);
    const funds = isAccount ? await fundsOf(dependencies, input.ownerId) : undefined;
    const policy = policyOf(stored);
    const reason = funds && reasonToStop(funds, policy);
    if (reason !== undefined) return stop(dependencies, input, 'balance', { stored, reason });
    if (stored.state !== 'erasing') {
      if (await isHeld(dependencies.store, input.ownerId)) return waitFor(dependencies, 'decision');
      return beginErasing(dependencies, input);
    }
    if (!isAccount) await leaveAccounts(dependencies, input.ownerId, stored);
    return funds
      ? endFunds(dependencies, input, { stored, funds, policy })
      : finish(dependencies, input, 'balance', { set: { balanceOutcome: 'none' } });
  });
}

/** A frozen account must not go on being charged, however long a decision or a legal hold takes. */
async function endDealings({ customers }: EndBalanceDependencies, accountId: string): Promise<void> {
  const customerId = await customers?.find(accountId);
  if (customerId !== undefined) await customers?.processor.endDealings(customerId);
}

/** An operator's decision replaces the policy. A policy that only a later release knows stops the erasure. */
function policyOf({ balance, resolution }: StoredErasure): BalancePolicy {
  if (resolution === 'refund' || resolution === 'forfeit') return resolution;
  return isKnown(BALANCE_POLICIES, balance) ? balance : 'block';
}

function reasonToStop({ debtPico, lineUsedPico, paidPico }: FundsView, policy: BalancePolicy): StopReason | undefined {
  if (debtPico > 0n) return 'debt';
  if (lineUsedPico > 0n) return 'credit_line';
  return policy === 'block' && wholeCentsIn(paidPico) > 0n ? 'policy' : undefined;
}

/** @returns undefined if the wallet was never opened */
async function fundsOf({ funds }: EndBalanceDependencies, accountId: string): Promise<FundsView | undefined> {
  try {
    return await funds.view(accountId);
  } catch (error) {
    if (error instanceof WalletNotFound) return undefined;
    throw error;
  }
}

/** Either a hold is placed before this transaction, or it is refused after it. */
async function beginErasing({ store }: StepDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const { ownerId } = input;
  const begin = changeAt(input, 'balance', { set: { state: 'erasing' } }, compare('state', '=', 'frozen'));
  await commit(store, [
    { write: begin, otherwise: () => 'begun' },
    { write: { table: ACCOUNTS, check: legalHoldKey(ownerId), when: absent() }, otherwise: () => 'held' },
    {
      write: {
        table: ACCOUNTS,
        update: runningErasureKey(ownerId),
        change: { set: { isErasing: true } },
        when: exists(),
      },
    },
  ]);
  return AGAIN;
}

async function endFunds(
  dependencies: EndBalanceDependencies,
  input: ErasureInput,
  {
    stored,
    funds,
    policy,
  }: { readonly stored: StoredErasure; readonly funds: FundsView; readonly policy: BalancePolicy },
): Promise<ErasureStepResult> {
  const { store, clock } = dependencies;
  const { ownerId: accountId, erasureId } = input;
  if (funds.linePico > 0n) {
    await dependencies.funds.setLine({ accountId, changeId: `line_${erasureId}`, linePico: 0n });
  }
  if (policy === 'refund') {
    const reason = await refundCredit(dependencies, input, stored.attempt);
    if (await isRefunding(store, accountId)) return waitFor(dependencies, 'progress');
    if (reason !== undefined) return stop(dependencies, input, 'balance', { stored, reason });
  }
  // Purchased credit of a cent or more ends only if the policy or an operator says so.
  await dependencies.funds.forfeit(
    policy === 'forfeit'
      ? { accountId, reason: FORFEITED }
      : { accountId, reason: REST, sparedFromPico: picoOfCents(1n) },
  );
  // A payment was credited, or a refund returned, just now.
  if (!(await close(store, accountId, isoTime(clock())))) return AGAIN;
  const balanceOutcome = await outcomeOf(store, input);
  return finish(dependencies, input, 'balance', { set: { balanceOutcome } });
}

async function close(store: TableStore, accountId: string, at: string): Promise<boolean> {
  try {
    await store.write(closeBalance(accountId, at));
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/** The outcome as the ledger has it, so that it does not matter how often the step was interrupted. */
async function outcomeOf(store: TableStore, { ownerId, erasureId }: ErasureInput): Promise<BalanceOutcome> {
  const entries = (prefix: string) =>
    everyItem(store, { table: WALLET, partition: ownerId, sort: { beginsWith: `${ENTRY_PREFIX}${prefix}` } });
  let isRefunded = false;
  for await (const item of entries(refundPrefixOf(erasureId))) {
    const key = entryKey(ownerId, returnIdOf(decodeEntry(item).entryId));
    isRefunded ||= (await store.get({ table: WALLET, key })) === undefined;
  }
  let isForfeited = false;
  for await (const item of entries(FORFEIT_PREFIX)) isForfeited ||= decodeEntry(item).reason === FORFEITED;
  if (isRefunded) return isForfeited ? 'refunded_and_forfeited' : 'refunded';
  return isForfeited ? 'forfeited' : 'none';
}

async function leaveAccounts(
  { store, members }: EndBalanceDependencies,
  personId: string,
  { ids }: StoredErasure,
): Promise<void> {
  for await (const item of everyItem(store, membershipsOf(personId))) {
    const { accountId } = decodeMembership(item);
    await members.remove({ accountId, personId, actor: DEPLOYMENT });
  }
  // An earlier attempt may have been interrupted just after a membership had ended.
  for (const accountId of ids?.accountIds ?? []) await members.settle(accountId, personId);
}
