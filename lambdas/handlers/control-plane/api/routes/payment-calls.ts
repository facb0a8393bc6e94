import type { Permission } from '../../../../contracts/http/permissions';
import type { AuditFields } from '../../../../contracts/storage/audit-event';
import { AccountNotFound } from '../../../../domain/access/access-errors';
import type { Actor } from '../../../../domain/access/actor';
import { parseUsd } from '../../../../domain/money/pico';
import { wholeCentsIn } from '../../../../domain/payments/cents';
import { PaymentsOff } from '../../../../domain/payments/payments-errors';
import type { Payments } from '../../../../domain/payments/payments';
import type { Recorder } from '../../../../domain/wallet/funds/change-funds';
import { InvalidInput } from '../../control-plane-errors';
import type { ApiDependencies } from '../api-dependencies';

/** @throws PaymentsOff */
export function paymentsOf({ payments }: ApiDependencies): Payments {
  if (payments === undefined) throw new PaymentsOff();
  return payments;
}

/** Commits writes together with the audit event of an action. */
export const recorded =
  (
    { audit }: ApiDependencies,
    action: Permission,
    { accountId, actor, after }: { readonly accountId: string; readonly actor: Actor; readonly after: AuditFields },
  ): Recorder =>
  (writes) =>
    audit.record({ chain: accountId, actor, action, target: accountId, after, writes });

export const centsOf = (usd: string): bigint => wholeCentsIn(parseUsd(usd));

/** The page of the console or of a client to which a customer returns. */
export function returnUrlOf({ publicUrl }: ApiDependencies, asked: string | undefined): string {
  const url = asked ?? publicUrl;
  if (url === undefined) throw new InvalidInput([{ pointer: 'returnUrl', detail: 'is needed' }]);
  return url;
}

/** Operators may act on any account, but not on one that does not exist. @throws AccountNotFound */
export async function expectAccount({ accounts }: ApiDependencies, accountId: string): Promise<void> {
  if (!(await accounts.exists(accountId))) throw new AccountNotFound();
}
