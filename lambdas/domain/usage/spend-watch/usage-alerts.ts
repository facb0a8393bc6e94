import { alertsKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { type Clock, HOUR_MS } from '../../clock';
import { errorName, type Log } from '../../log';
import { errorRate, spendAnomaly } from '../../notifications/outbox/alert-messages';
import type { NewMessage } from '../../notifications/outbox/message';
import type { Notify } from '../../notifications/outbox/outbox';
import { isRestricted } from '../../restrictions/restriction-item';
import { commit } from '../../table/commit';
import { absent, compare } from '../../table/condition';
import { REQUEST_RETRY, retry, systemTiming } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { ReadRollUps } from '../rollups/read-roll-ups';
import { accountCostsInWeekBefore, type AccountHour, type HourSums, sumsInHour } from './account-hours';
import { readAlertRules, type StoredAlertRules } from './alert-rules';
import { hourOf, startOf } from './hours';
import { isSpendJump } from './spend-jump';

const PERCENT = 100n;

export interface UsageAlertsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the account's administrators and webhooks. */
  readonly notify: Notify;
}

type LastHour = 'errorRateHour' | 'spendAnomalyHour';

/**
 * Tells an account once each time that its hours begin to break one of its rules: hours that break it one after the other
 * are one crossing. It follows the usage records, so that no request pays for it.
 */
export class UsageAlerts {
  readonly #options: UsageAlertsOptions;
  readonly #rollUps: ReadRollUps;

  constructor(options: UsageAlertsOptions) {
    this.#options = options;
    this.#rollUps = new ReadRollUps(options);
  }

  /** Looks at the hours whose requests were just counted. It never throws: the account's next requests cause another look. */
  async check(hours: readonly AccountHour[]): Promise<void> {
    const earliest = hourOf(this.#options.clock() - HOUR_MS);
    for (const hour of hours) {
      // A record that arrives late says nothing about what happens now.
      if (hour.hour < earliest) continue;
      try {
        await this.#check(hour);
      } catch (error) {
        this.#options.log.warn('ALERTS_NOT_CHECKED', { accountId: hour.accountId, cause: errorName(error) });
      }
    }
  }

  async #check(hour: AccountHour): Promise<void> {
    const rules = await readAlertRules(this.#options.store, hour.accountId);
    if (!rules.errorRate && !rules.spendAnomaly) return;
    const sums = await sumsInHour(this.#rollUps, hour);
    const at = isoTime(startOf(hour.hour));
    const { accountId } = hour;
    if (hasManyErrors(rules, sums)) {
      const message = errorRate({ accountId, failed: String(sums.failed), requests: String(sums.requests), at });
      await this.#tell(hour, rules, 'errorRateHour', message);
    }
    const usualPico = await this.#usualIfAnomaly(hour, rules, sums);
    if (usualPico !== undefined) {
      const message = spendAnomaly({ accountId, spentPico: sums.costPico, usualPico, at });
      await this.#tell(hour, rules, 'spendAnomalyHour', message);
    }
  }

  /** @returns the average spend of the active hours before, in pico-dollars; undefined if the hour is not unusual */
  async #usualIfAnomaly(hour: AccountHour, { spendAnomaly: rule }: StoredAlertRules, { costPico }: HourSums) {
    // The first check avoids reading a week of hours for most accounts.
    if (!rule || costPico <= rule.floorPico) return undefined;
    const costs = (await accountCostsInWeekBefore(this.#rollUps, hour)).filter((spentPico) => spentPico > 0n);
    if (!isSpendJump(costPico, costs, rule)) return undefined;
    return costs.reduce((sum, spentPico) => sum + spentPico, 0n) / BigInt(costs.length);
  }

  /** Notes that the hour breaks a rule, and tells so if the hour before did not; one transaction does both. */
  async #tell(hour: AccountHour, rules: StoredAlertRules, name: LastHour, message: NewMessage): Promise<void> {
    const { store, clock, notify } = this.#options;
    const last = rules[name];
    if (last !== undefined && last >= hour.hour) return;
    if (await isRestricted(store, hour.accountId)) return;
    const isGoingOn = last === hourOf(startOf(hour.hour) - HOUR_MS);
    const noted = {
      table: ACCOUNTS,
      update: alertsKey(hour.accountId),
      change: { set: { [name]: hour.hour } },
      when: last === undefined ? absent(name) : compare(name, '=', last),
    };
    await retry(REQUEST_RETRY, systemTiming(clock), () =>
      // Another call has seen the same, or the rules have changed.
      commit<'moved'>(store, [
        { write: noted, otherwise: () => 'moved' },
        ...(isGoingOn ? [] : notify(message).map((write) => ({ ...write, otherwise: () => 'moved' as const }))),
      ]),
    );
  }
}

const hasManyErrors = ({ errorRate: rule }: StoredAlertRules, { requests, failed }: HourSums): boolean =>
  rule !== undefined && requests >= rule.requestsMin && failed * PERCENT >= rule.percent * requests;
