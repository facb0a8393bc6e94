import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasedIds, ErasureInput } from '../../../contracts/storage/erasure';
import { accountKey, MEMBER_PREFIX, personKey, WEBHOOK_PREFIX } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { ERASURE_SUSPENSION } from '../../../contracts/http/accounts';
import { decodeMember } from '../../accounts/member-item';
import type { VerifiedEmails } from '../../identity/verified-emails';
import { changeWebhook, decodeWebhook } from '../../notifications/webhooks/webhook-item';
import { stopAutoTopUp } from '../../payments/auto-top-up-settings';
import { commit, type GuardedWrite } from '../../table/commit';
import { compare, exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { suspendBalance } from '../../wallet/balance/balance';
import { dataSubject } from '../export/subject';
import { encodeIds } from './erasure-item';
import type { ErasableUsers } from './ports';
import { finish, runStep, type StepDependencies } from './run-step';

export interface FreezeDependencies extends StepDependencies {
  readonly users: Pick<ErasableUsers, 'signOut'>;
  readonly emails: VerifiedEmails;
  /** The keyed hash under which an address may be stored. */
  readonly hashOf: (address: string) => string;
}

/**
 * Stops an account or a person: from now on, nothing new begins. It also notes the IDs that later steps need, because the
 * items that have them are erased before the last step ends.
 */
export function freeze(dependencies: FreezeDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const isAccount = input.ownerId.startsWith('acc_');
  return runStep(dependencies, 'freeze', input, async () => {
    const ids = await (isAccount ? freezeAccount : freezePerson)(dependencies, input.ownerId);
    return finish(dependencies, input, 'freeze', { set: { ids: encodeIds(ids) } });
  });
}

async function freezeAccount({ store, clock }: FreezeDependencies, accountId: string): Promise<ErasedIds> {
  const suspendedAt = isoTime(clock());
  await commitAll(store, [
    {
      write: {
        table: ACCOUNTS,
        update: accountKey(accountId),
        // It replaces the reason of an earlier suspension, because nothing resumes the account now.
        change: { set: { suspendedAt, suspensionReason: ERASURE_SUSPENSION }, add: { version: 1n } },
        when: exists(),
      },
    },
    { write: suspendBalance(accountId, suspendedAt) },
    ...(await stopAutoTopUp(store, accountId)),
  ]);
  await disableWebhooks(store, accountId, suspendedAt);
  const memberIds: string[] = [];
  const members = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: MEMBER_PREFIX } };
  for await (const item of everyItem(store, members)) memberIds.push(decodeMember(item).personId);
  return { memberIds };
}

async function disableWebhooks(store: TableStore, accountId: string, at: string): Promise<void> {
  const webhooks = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: WEBHOOK_PREFIX } };
  for await (const item of everyItem(store, webhooks)) {
    const { webhookId, state } = decodeWebhook(item);
    if (state !== 'enabled') continue;
    const set = { state: 'disabled', disabledAt: at, disabledReason: 'erasure' };
    const { write } = changeWebhook({ accountId, webhookId }, { set, when: compare('state', '=', 'enabled') });
    // A member may have deleted or disabled it just now.
    await commit(store, [{ write, otherwise: () => 'gone' }]);
  }
}

/** The accounts' keys stay as they are, as when a member leaves. */
async function freezePerson(dependencies: FreezeDependencies, personId: string): Promise<ErasedIds> {
  const { store, clock, users, emails, hashOf } = dependencies;
  const subject = await dataSubject(store, personId);
  if (subject.kind !== 'person') throw new Error('an account is not a person');
  const change = { set: { erasingSince: isoTime(clock()) } };
  await store.write({ table: ACCOUNTS, update: personKey(personId), change, when: exists() });
  const address = await emails.of(subject.ids.subject);
  await users.signOut(subject.ids.subject);
  const { subject: userId, accountIds } = subject.ids;
  return {
    subject: userId,
    accountIds: [...accountIds],
    ...(address !== undefined && { addressHash: hashOf(address) }),
  };
}

async function commitAll(store: TableStore, writes: readonly GuardedWrite[]): Promise<void> {
  const [refusal] = await commit(store, writes);
  if (refusal) throw refusal;
}
