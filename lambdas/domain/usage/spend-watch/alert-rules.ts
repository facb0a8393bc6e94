import { z } from 'zod';
import type { AlertRules, NewAlertRules } from '../../../contracts/http/alerts';
import { alertsKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { VersionMismatch } from '../../errors/refusal';
import { formatUsd, parseUsd } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import { all } from '../../table/condition';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { isVersion, versionSchema } from '../../table/version';

export const rulesSchema = z.object({
  errorRate: z.object({ percent: z.bigint(), requestsMin: z.bigint() }).optional(),
  spendAnomaly: z.object({ factor: z.bigint(), floorPico: z.bigint() }).optional(),
  /** The last hour in which each rule was broken, such as `2026-11-20T10`. */
  errorRateHour: z.string().optional(),
  spendAnomalyHour: z.string().optional(),
  version: versionSchema,
});
/** The rules of an account for alerts about its use, as they are stored. */
export type StoredAlertRules = Readonly<z.infer<typeof rulesSchema>>;

export const decodeAlertRules = (item: Item): StoredAlertRules => rulesSchema.parse(item);

export async function readAlertRules(store: Pick<TableStore, 'get'>, accountId: string): Promise<StoredAlertRules> {
  return decodeAlertRules((await store.get({ table: ACCOUNTS, key: alertsKey(accountId) })) ?? {});
}

/** The rules as people see them. */
export function alertRulesOf({ errorRate, spendAnomaly, version }: StoredAlertRules): AlertRules {
  return {
    ...(errorRate && {
      errorRate: { percent: Number(errorRate.percent), requestsMin: Number(errorRate.requestsMin) },
    }),
    ...(spendAnomaly && {
      spendAnomaly: { factor: Number(spendAnomaly.factor), floor: formatUsd(spendAnomaly.floorPico) },
    }),
    version,
  };
}

/**
 * The write that replaces the rules.
 * @param version the version that was read. @default any
 */
export function setAlertRules(
  accountId: string,
  { errorRate, spendAnomaly }: NewAlertRules,
  version: number | undefined,
): GuardedWrite {
  const set = {
    ...(errorRate && { errorRate }),
    ...(spendAnomaly && {
      spendAnomaly: { factor: spendAnomaly.factor, floorPico: parseUsd(spendAnomaly.floor) },
    }),
  };
  // A rule that stays on does not tell again of a crossing that it has told of.
  const remove = [
    ...(errorRate ? [] : ['errorRate', 'errorRateHour']),
    ...(spendAnomaly ? [] : ['spendAnomaly', 'spendAnomalyHour']),
  ];
  const conditions = isVersion(version);
  return {
    write: {
      table: ACCOUNTS,
      update: alertsKey(accountId),
      change: { set, remove, add: { version: 1n } },
      ...(conditions.length > 0 && { when: all(...conditions) }),
    },
    otherwise: () => new VersionMismatch(),
  };
}
