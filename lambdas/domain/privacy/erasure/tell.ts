import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput } from '../../../contracts/storage/erasure';
import { MEMBER_PREFIX } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { pendingMailKey } from '../../../contracts/storage/table-keys/outbox';
import { ACCOUNTS, OUTBOX } from '../../../contracts/storage/tables';
import { decodeMember } from '../../accounts/member-item';
import { HOUR_MS } from '../../clock';
import { erasureBegun } from '../../notifications/outbox/messages';
import { type Audiences, MAIL_ONLY, notifyOnce } from '../../notifications/outbox/outbox';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { noteAt } from './erasure-item';
import { finish, runStep, type StepDependencies, waitFor } from './run-step';

/** A mail server that refuses mail for now must not keep an erasure from its end. */
const DELIVERY_MS_MAX = HOUR_MS;

export interface TellDependencies extends StepDependencies {
  /** Whether the deployment sends mail. */
  readonly sendsMail: boolean;
}

/**
 * Sends the last mail while addresses are still known, and waits until it has left. It says under which number the
 * certificate will be found, and needs nothing that is erased.
 */
export function tell(dependencies: TellDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const { store, clock, sendsMail } = dependencies;
  const { ownerId, erasureId } = input;
  return runStep(dependencies, 'tell', input, async ({ until }) => {
    if (!sendsMail) return finish(dependencies, input, 'tell');
    const people = await recipientsOf(store, ownerId);
    const messages = people.map((personId) => erasureBegun({ ownerId, personId, erasureId }));
    if (until === undefined) {
      const audiences: Audiences = MAIL_ONLY;
      for (const message of messages) await notifyOnce({ store, clock, audiences }, message);
      await noteAt(store, input, 'tell', { set: { until: isoTime(clock() + DELIVERY_MS_MAX) } });
      return waitFor(dependencies, 'mail');
    }
    const isWaiting = await isAnyPending(
      store,
      messages.map(({ messageId }) => messageId),
    );
    if (isWaiting && clock() < Date.parse(until)) return waitFor(dependencies, 'mail');
    return finish(dependencies, input, 'tell');
  });
}

/** The person, or everyone who can see what happens to the account. */
async function recipientsOf(store: TableStore, ownerId: string): Promise<readonly string[]> {
  if (!ownerId.startsWith('acc_')) return [ownerId];
  const people: string[] = [];
  const members = { table: ACCOUNTS, partition: ownerId, sort: { beginsWith: MEMBER_PREFIX } };
  for await (const item of everyItem(store, members)) people.push(decodeMember(item).personId);
  return people;
}

async function isAnyPending(store: TableStore, messageIds: readonly string[]): Promise<boolean> {
  for (const messageId of messageIds) {
    if ((await store.get({ table: OUTBOX, key: pendingMailKey(messageId) })) !== undefined) return true;
  }
  return false;
}
