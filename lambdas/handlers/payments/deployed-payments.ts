import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import type { Env, PAYMENTS_ENV } from '../../contracts/deployment/environment';
import type { StripeKeys } from '../../contracts/deployment/secrets';
import { systemClock } from '../../domain/clock';
import type { Log } from '../../domain/log';
import { audiencesOf } from '../../domain/notifications/outbox/outbox';
import { Payments } from '../../domain/payments/payments';
import type { TableStore } from '../../domain/table/table-store';
import { deployedProcessor } from './deployed-processor';

/** The payments of a deployment, and its keys at Stripe, which are fetched again when they are old. */
export interface DeployedPayments {
  readonly payments: Payments;
  /** @throws Error when they cannot be fetched, or are empty or placeholders */
  readonly keys: () => Promise<StripeKeys>;
}

type PaymentsEnv = Omit<Env<typeof PAYMENTS_ENV>, 'ACCOUNTS_TABLE' | 'WALLET_TABLE' | 'OUTBOX_TABLE'>;

/** @returns undefined if the deployment takes no payments */
export function deployedPayments(
  env: PaymentsEnv,
  parts: { readonly store: TableStore; readonly client: Pick<SecretsManagerClient, 'send'>; readonly log: Log },
): DeployedPayments | undefined {
  const { store, client, log } = parts;
  const deployed = deployedProcessor(env, client);
  if (deployed === undefined) return undefined;
  const { settings, processor, keys } = deployed;
  const { limits } = settings;
  const payments = new Payments({
    store,
    clock: systemClock,
    log,
    deployment: env.DEPLOYMENT,
    processor,
    limits: {
      leastCents: BigInt(limits.leastCents),
      mostCents: BigInt(limits.mostCents),
      dayCents: BigInt(limits.dayCents),
      dayCount: BigInt(limits.dayCount),
    },
    usageRetentionDays: Number(env.USAGE_RETENTION_DAYS),
    plans: settings.plans,
    audiences: audiencesOf(env.MAIL_FROM !== 'none'),
  });
  return { payments, keys };
}

/** The tables that payments use. */
export const paymentsStore = (
  env: Pick<Env<typeof PAYMENTS_ENV>, 'ACCOUNTS_TABLE' | 'WALLET_TABLE' | 'OUTBOX_TABLE'>,
): DynamodbStore =>
  new DynamodbStore({
    transport: new SdkTransport(),
    tableNames: { accounts: env.ACCOUNTS_TABLE, wallet: env.WALLET_TABLE, outbox: env.OUTBOX_TABLE },
    clock: systemClock,
  });

/**
 * The payments of a function that exists only if there are any. It waits for the keys, so that a function with an empty
 * or placeholder secret does not start.
 * @throws Error
 */
export async function openPayments(env: Env<typeof PAYMENTS_ENV>, log: Log): Promise<DeployedPayments> {
  const opened = deployedPayments(env, {
    store: paymentsStore(env),
    client: new SecretsManagerClient(SDK_LIMITS),
    log,
  });
  if (opened === undefined) throw new Error('the deployment takes no payments');
  await opened.keys();
  return opened;
}
