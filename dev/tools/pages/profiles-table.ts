import { POLICY_PROFILES, type PromisedSettings, UNPROMISED } from '../../../lib/policy-profiles';
import { code, table } from './table';

/** The settings of a profile with their names in the configuration. */
const rowsOf = ({ usageDays, logDays, pitrDays, addresses, erasure, statistics, identity }: PromisedSettings) => [
  ['`usageDays`: metadata of requests', String(usageDays)],
  ['`logDays`', String(logDays)],
  ['`pitrDays`: backups', String(pitrDays)],
  ['`addresses` of clients in records and logs', code(addresses)],
  ['`erasure.graceDays`', String(erasure.graceDays)],
  ['`erasure.balance`', code(erasure.balance)],
  ['`statistics.accountsMin`', String(statistics.accountsMin)],
  ['`identity.operatorMfa`', code(identity.operatorMfa)],
];

/** Renders what each policy profile promises, beside the defaults of a deployment without one. */
export function profilesTable(): string {
  const columns = [rowsOf(UNPROMISED), ...Object.values(POLICY_PROFILES).map((profile) => rowsOf(profile))];
  const header = ['setting', 'without', ...Object.keys(POLICY_PROFILES).map(code)];
  return table(
    header,
    rowsOf(UNPROMISED).map(([name = ''], row) => [name, ...columns.map((column) => column[row]?.[1] ?? '')]),
  );
}
