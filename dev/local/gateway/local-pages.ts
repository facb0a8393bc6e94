import { Funds } from '../../../lambdas/domain/wallet/funds/funds';
import { CREDIT_PATH, CreditPage } from '../credit/credit-page';
import { Inbox, INBOX_PATH } from '../mail/inbox';
import type { SpoolMailer } from '../mail/spool-mailer';
import type { LocalPage } from '../pages/local-page';
import type { LocalPayments } from './local-payments';
import type { LocalServices } from './local-services';

export interface LocalPagesOptions {
  readonly services: LocalServices;
  readonly mailer: SpoolMailer;
  /** The demo account. */
  readonly accountId: string;
  readonly openPayments: () => Promise<LocalPayments>;
  /** Whether the stand-in for Stripe takes the payments. */
  readonly isStandIn: boolean;
}

/** The pages of a local run, by path. */
export function localPages(options: LocalPagesOptions): ReadonlyMap<string, LocalPage> {
  const { services, mailer, openPayments } = options;
  const credit = new CreditPage({
    ...options,
    clock: services.clock,
    funds: new Funds(services),
    openTopUps: async () => (await openPayments()).payments.topUps,
  });
  return new Map<string, LocalPage>([
    [INBOX_PATH, new Inbox(mailer, services.clock())],
    [CREDIT_PATH, credit],
  ]);
}
