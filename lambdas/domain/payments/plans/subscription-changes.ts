import { z } from 'zod';
import { accountIdSchema } from '../../../contracts/storage/ids';
import { subscriptionKey } from '../../../contracts/storage/table-keys/funds';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { Clock } from '../../clock';
import type { ParametersOf } from '../../notifications/outbox/kinds';
import { subscriptionChanged } from '../../notifications/outbox/messages';
import type { Notify } from '../../notifications/outbox/outbox';
import { commit } from '../../table/commit';
import { absent, compare } from '../../table/condition';
import type { TableStore } from '../../table/table-store';
import type { OwnedSubscription, PaymentProcessor, ProcessedSubscription } from '../processor';

type Change = ParametersOf<'subscription_changed'>['change'];

export const toldSchema = z.object({
  state: z.string(),
  priceId: z.string().optional(),
  endsAt: z.coerce.number().optional(),
  isOver: z.boolean(),
  revision: z.bigint(),
});

/** The state of a subscription that was last told. */
type Told = Readonly<z.infer<typeof toldSchema>>;

export interface SubscriptionChangesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly processor: Pick<PaymentProcessor, 'subscription'>;
  readonly notify: Notify;
  /** Identifies this deployment at the processor. */
  readonly deployment: string;
}

/**
 * Tells an account's people about each state of its subscription once. It compares the processor's present state with the
 * one that was told, so events may come twice, late, in any order or not at all.
 */
export class SubscriptionChanges {
  readonly #options: SubscriptionChangesOptions;

  constructor(options: SubscriptionChangesOptions) {
    this.#options = options;
  }

  /** @throws ProcessorUnavailable, StoreUnavailable: it should run again */
  async follow(subscriptionId: string): Promise<void> {
    while (await this.#tellsOf(subscriptionId));
  }

  /**
   * Looks once. The state may be outdated by then, and another call may have seen the newer one before this one has
   * written, so it has to look again.
   * @returns whether there was something to tell
   */
  async #tellsOf(subscriptionId: string): Promise<boolean> {
    const { store, processor, deployment } = this.#options;
    const seen = await processor.subscription(subscriptionId);
    if (seen?.deployment !== deployment || !accountIdSchema.safeParse(seen.accountId).success) return false;
    const key = subscriptionKey(seen.accountId ?? '', subscriptionId);
    const item = await store.get({ table: ACCOUNTS, key });
    const told = item && toldSchema.parse(item);
    if (told && isSame(told, seen)) return false;
    // The state that was told may be newer than the one that was seen.
    const current = told ? await processor.subscription(subscriptionId) : seen;
    if (current === undefined || (told && isSame(told, current))) return false;
    await this.#tell(current, told);
    return true;
  }

  /** Does nothing if another call was faster. */
  async #tell(subscription: OwnedSubscription, told: Told | undefined): Promise<void> {
    const { store, clock, notify } = this.#options;
    const { accountId = '', subscriptionId, state, priceId, endsAt, isOver } = subscription;
    const revision = (told?.revision ?? 0n) + 1n;
    const change = changeOf(told, subscription);
    const set = {
      state,
      isOver,
      revision,
      ...(priceId !== undefined && { priceId }),
      ...(endsAt !== undefined && { endsAt }),
    };
    const remove = [...(priceId === undefined ? ['priceId'] : []), ...(endsAt === undefined ? ['endsAt'] : [])];
    const message = {
      accountId,
      subscriptionId,
      revision: String(revision),
      at: isoTime(clock()),
      endsAt: endsAt === undefined || isOver ? undefined : isoTime(endsAt),
    };
    await commit<'moved'>(store, [
      {
        write: {
          table: ACCOUNTS,
          update: subscriptionKey(accountId, subscriptionId),
          change: { set, ...(remove.length > 0 && { remove }) },
          when: told ? compare('revision', '=', told.revision) : absent(),
        },
        otherwise: () => 'moved',
      },
      ...(change ? notify(subscriptionChanged({ ...message, change })) : []),
    ]);
  }
}

const isSame = (told: Told, { state, priceId, endsAt }: ProcessedSubscription): boolean =>
  told.state === state && told.priceId === priceId && told.endsAt === endsAt;

/** The states in which a renewal's payment has failed. */
const UNPAID: readonly string[] = ['past_due', 'unpaid'];
/** The first payment has not been made, so there is nothing to tell yet. */
const NOT_BEGUN: readonly string[] = ['incomplete', 'incomplete_expired'];

/** The change that people are told; undefined if it means nothing to them. */
function changeOf(told: Told | undefined, now: ProcessedSubscription): Change | undefined {
  if (NOT_BEGUN.includes(now.state)) return undefined;
  if (now.isOver) return told?.isOver === true ? undefined : 'ended';
  if (UNPAID.includes(now.state)) return told && UNPAID.includes(told.state) ? undefined : 'past_due';
  if (told === undefined || NOT_BEGUN.includes(told.state)) return 'started';
  if (UNPAID.includes(told.state)) return 'renewed';
  if (told.priceId !== now.priceId) return 'changed';
  if (told.endsAt !== now.endsAt) return now.endsAt === undefined ? 'resumed' : 'canceled';
  return 'changed';
}
