import { SHARDS } from '../../../contracts/storage/table-keys/key-parts';
import { eventPartition, pendingDeliveryPartition } from '../../../contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../contracts/storage/tables';
import { type Clock, HOUR_MS, SECOND_MS } from '../../clock';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import type { Item, Value } from '../../table/value';
import { decodePendingDelivery, type PendingDelivery } from './delivery-item';
import type { WebhookDelivery } from './webhook-delivery';

/** A sweep begins no attempt after this long, so that its function ends in time; the next one goes on. */
export const SWEEP_MS_MAX = 35 * SECOND_MS;
/** An event or a delivery that waits this long for its turn is late enough for an operator to look. */
export const OVERDUE_MS = HOUR_MS;
/** How many webhooks get events at the same time. */
export const CONCURRENT_WEBHOOKS_MAX = 32;
/** How many deliveries to one webhook a sweep makes at most. */
export const DELIVERIES_PER_WEBHOOK_MAX = 20;

/** The result of a sweep. */
export interface WebhookSweep {
  /** The number of events that are not addressed, and of webhooks that were not reached, an hour after their time. */
  readonly overdue: number;
  /** The number of events and deliveries that failed unexpectedly; the next sweep tries them again. */
  readonly failed: number;
}

interface SweepOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly delivery: Pick<WebhookDelivery, 'address' | 'deliver'>;
  /** Ends the sweep after the attempts that are in progress. @default none */
  readonly signal?: AbortSignal;
  /** From 0 to below 1: orders the webhooks. @default Math.random */
  readonly random?: () => number;
}

/**
 * Addresses every event and makes every delivery that is due. A webhook gets its events one after the other, and no more
 * in this sweep after the first that it does not accept. The order of the webhooks is random, because slow ones whose
 * events pile up would always have the oldest: neither a slow receiver nor an account with many events keeps those of
 * others waiting. It is safe to run it at any time, also concurrently.
 */
export async function sweepWebhooks({
  store,
  clock,
  delivery,
  signal,
  random = Math.random,
}: SweepOptions): Promise<WebhookSweep> {
  const sweep = { overdue: 0, failed: 0 };
  const startedAt = clock();
  const isOver = (): boolean => signal?.aborted === true || clock() - startedAt >= SWEEP_MS_MAX;
  for (const shard of SHARDS) {
    for await (const { sk, createdAt } of everyItem(store, { table: OUTBOX, partition: eventPartition(shard) })) {
      if (startedAt - Date.parse(textOf(createdAt)) >= OVERDUE_MS) sweep.overdue += 1;
      if (!isOver() && !(await delivery.address(textOf(sk)))) sweep.failed += 1;
    }
  }
  const { waiting, unreadable } = await dueByWebhook(store, startedAt, random);
  sweep.failed += unreadable;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [first] = next;
      if (isOver() && first !== undefined && startedAt - first.dueAt >= OVERDUE_MS) sweep.overdue += 1;
      for (const { deliveryId } of next) {
        const delivered = isOver() ? 'none' : await delivery.deliver(deliveryId);
        if (delivered === 'error') sweep.failed += 1;
        if (delivered === 'not_accepted') break;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_WEBHOOKS_MAX }, work));
  return sweep;
}

/** The deliveries that are due, by webhook. The one that has waited longest comes first; the webhooks are shuffled. */
async function dueByWebhook(store: TableStore, now: number, random: () => number): Promise<DueDeliveries> {
  const byWebhook = new Map<string, PendingDelivery[]>();
  let unreadable = 0;
  for (const shard of SHARDS) {
    for await (const item of everyItem(store, { table: OUTBOX, partition: pendingDeliveryPartition(shard) })) {
      const pending = readable(item);
      if (pending === undefined) unreadable += 1;
      if (pending === undefined || pending.dueAt > now) continue;
      const others = byWebhook.get(pending.webhookId);
      if (others) others.push(pending);
      else byWebhook.set(pending.webhookId, [pending]);
    }
  }
  const waiting = [...byWebhook.values()]
    .map((pending) => ({ pending: pending.sort((one, other) => one.dueAt - other.dueAt), place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ pending }) => pending.slice(0, DELIVERIES_PER_WEBHOOK_MAX));
  return { waiting, unreadable };
}

interface DueDeliveries {
  readonly waiting: PendingDelivery[][];
  /** The number of items that are no deliveries. They keep no other delivery waiting. */
  readonly unreadable: number;
}

function readable(item: Item): PendingDelivery | undefined {
  try {
    return decodePendingDelivery(item);
  } catch {
    return undefined;
  }
}

const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
