import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../lambdas/domain/clock';
import { Seals } from '../lambdas/domain/receipts/seals';
import { fillFolder } from './fill-folder';
import { withFolder } from './open-folder';

const PILOT_REQUESTS = 2_000;
/** A fill may take this many times as long as the pilot predicts. */
const FILL_TIME_FACTOR = 2;
/** These make the newest seal a recent one. A starting gateway looks for lost receipts since the newest seal. */
const RECENT_REQUESTS = 500;
const RECENT_MS = HOUR_MS;
/** The newest request has ended before now. */
const MARGIN_MS = 5 * SECOND_MS;
/** The time for starting and warming up the gateway. It exceeds a minute, because trees expire at a whole minute. */
const START_MS = 75 * SECOND_MS;

/** A data folder whose usage records expire one after the other while the gateway on it is measured. */
export interface ExpiringFolder {
  readonly path: string;
  /** When the first record expires, in epoch milliseconds. */
  readonly startsAt: number;
  /** The number of items that expire: usage records, trees and seals. */
  readonly items: number;
  readonly lastSeal: number;
}

/** The background work of a gateway while it was measured. */
export interface Background {
  /** The number of stored items that were to expire, and of those that were removed by the end. */
  readonly expiring: number;
  readonly removed: number;
  readonly seals: number;
}

/**
 * Fills a new data folder with requests that are almost as old as the retention allows.
 * @param parent the folder to create it in
 * @param plan.seconds the time in which the records expire
 * @param plan.delayMs how long after the fill the gateway will be started
 */
export async function fillExpiringFolder(
  parent: string,
  plan: { readonly requests: number; readonly seconds: number; readonly delayMs: number },
): Promise<ExpiringFolder> {
  const { requests, seconds, delayMs } = plan;
  const fillMs = requests * (await fillMsPerRequest(parent)) * FILL_TIME_FACTOR;
  const path = mkdtempSync(join(parent, 'expiring-'));
  const retentionDays = await withFolder(path, async (services) => services.usageRetentionDays);
  const startsAt = Math.ceil(Date.now() + fillMs + delayMs + START_MS);
  const from = startsAt - retentionDays * DAY_MS;
  const old = await fillFolder(path, { requests, from, to: from + seconds * SECOND_MS });
  const now = Date.now() - MARGIN_MS;
  const recent = await fillFolder(path, { requests: RECENT_REQUESTS, from: now - RECENT_MS, to: now });
  return { path, startsAt, items: old.requests + old.trees + old.seals, lastSeal: old.seals + recent.seals };
}

/** Removes what a stopped gateway left to expire, and counts it. */
export function inspectBackground({ path, items, lastSeal }: ExpiringFolder): Promise<Background> {
  return withFolder(path, async ({ store }) => {
    let left = 0;
    for (let removed = await store.removeExpired(); removed > 0; removed = await store.removeExpired()) left += removed;
    const { number } = await new Seals({ store }).last();
    return { expiring: items, removed: items - left, seals: number - lastSeal };
  });
}

async function fillMsPerRequest(parent: string): Promise<number> {
  const path = mkdtempSync(join(parent, 'pilot-'));
  const [startedAt, now] = [performance.now(), Date.now()];
  await fillFolder(path, { requests: PILOT_REQUESTS, from: now - RECENT_MS, to: now - MARGIN_MS });
  rmSync(path, { recursive: true });
  return (performance.now() - startedAt) / PILOT_REQUESTS;
}
