import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Env, PAYMENTS_ENV } from '../../lambdas/contracts/deployment/environment';
import { NO_PAYMENTS, writePaymentSettings } from '../../lambdas/contracts/deployment/payment-settings';
import type { AccountsTable } from '../accounts/accounts-table';
import type { Config } from '../config';
import type { OutboxTable } from '../notifications/outbox-table';
import type { WalletTable } from '../wallet/wallet-table';
import type { StripeKeys } from './stripe-keys';

/** Every function that moves money between Stripe and wallets uses these. */
export interface PaymentStores {
  readonly config: Config;
  /** Holds Stripe's IDs of accounts, automatic top-ups, and the events that were received. */
  readonly accounts: AccountsTable;
  /** Holds balances, payments, refunds and disputes. */
  readonly wallet: WalletTable;
  /** Receives the messages to people. */
  readonly outbox: OutboxTable;
  /** @default none: the deployment takes no payments */
  readonly stripeKeys: StripeKeys | undefined;
}

/** The environment with which a function opens payments. */
export function paymentsEnvironment(
  scope: IConstruct,
  { config, accounts, wallet, outbox, stripeKeys }: PaymentStores,
): Env<typeof PAYMENTS_ENV> {
  return {
    ACCOUNTS_TABLE: accounts.table.tableName,
    WALLET_TABLE: wallet.table.tableName,
    OUTBOX_TABLE: outbox.table.tableName,
    MAIL_FROM: config.identity.mailFrom ?? 'none',
    ...stripeEnvironment(scope, { config, stripeKeys }),
    USAGE_RETENTION_DAYS: String(config.usageDays),
  };
}

/** The environment with which a function calls Stripe. */
export function stripeEnvironment(
  scope: IConstruct,
  { config, stripeKeys }: Pick<PaymentStores, 'config' | 'stripeKeys'>,
): Pick<Env<typeof PAYMENTS_ENV>, 'PAYMENT_SETTINGS' | 'STRIPE_KEYS_SECRET' | 'DEPLOYMENT'> {
  const { account, region } = Stack.of(scope);
  const { stripe: _, ...settings } = config.payments ?? { stripe: false };
  return {
    PAYMENT_SETTINGS: writePaymentSettings('limits' in settings ? settings : undefined),
    STRIPE_KEYS_SECRET: stripeKeys?.secretArn ?? NO_PAYMENTS,
    // No two deployments share it, and it stays when tables are restored or replaced.
    DEPLOYMENT: `tollgate-${config.stage}.${region}.${account}`,
  };
}
