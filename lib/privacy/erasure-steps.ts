import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import {
  type Env,
  ERASURE_BALANCE_ENV,
  ERASURE_CERTIFY_ENV,
  ERASURE_ERASE_ENV,
  ERASURE_FILES_ENV,
  ERASURE_FREEZE_ENV,
  ERASURE_GATE_ENV,
  ERASURE_POOL_ENV,
  ERASURE_PROCESSOR_ENV,
  ERASURE_SETTLE_ENV,
  ERASURE_TELL_ENV,
  ERASURE_VERIFY_ENV,
} from '../../lambdas/contracts/deployment/environment';
import { AUDIT_RETENTION_DAYS } from '../../lambdas/contracts/storage/audit-event';
import type { ErasureStep } from '../../lambdas/contracts/workflows/erasure-workflow';
import type { AccountsTable } from '../accounts/accounts-table';
import type { AuditTable } from '../audit/audit-table';
import type { Config } from '../config';
import { ServiceFunction } from '../constructs/service-function';
import type { Identity } from '../identity/identity';
import type { KeysTable } from '../keys/keys-table';
import type { OutboxTable } from '../notifications/outbox-table';
import { stripeEnvironment } from '../payments/payments-environment';
import type { StripeKeys } from '../payments/stripe-keys';
import type { ReceiptKey } from '../receipts/receipt-key';
import type { ServiceSecret } from '../secrets/service-secret';
import type { RollUpsTable } from '../usage/roll-ups-table';
import type { UsageTable } from '../usage/usage-table';
import type { WalletTable } from '../wallet/wallet-table';
import type { ExportBucket } from './export-bucket';

const RETRIED = 'Only the workflow invokes it, which waits for the result, retries a failure and raises an alarm.';
/** Most steps write a few items. */
const SHORT = { memoryMb: 256, timeout: Duration.minutes(1) };
/**
 * These steps page through what an owner has, or ask Stripe about each of their payments. Those that page stop by
 * themselves after some minutes.
 */
const LONG = { memoryMb: 512, timeout: Duration.minutes(15) };
const LONG_STEPS: readonly ErasureStep[] = ['balance', 'files', 'erase', 'verify'];

export interface ErasureStepsProps {
  readonly config: Config;
  readonly accounts: AccountsTable;
  readonly keys: KeysTable;
  readonly wallet: WalletTable;
  readonly usage: UsageTable;
  readonly rollUps: RollUpsTable;
  readonly audit: AuditTable;
  readonly outbox: OutboxTable;
  /** Has the files of exports. */
  readonly files: ExportBucket;
  /** Has the users, who are deleted with their persons. */
  readonly identity: Identity;
  /** Derives the key of the hashes under which addresses are suppressed. */
  readonly keyPepper: ServiceSecret;
  /** Signs certificates. */
  readonly receiptKey: ReceiptKey;
  /** @default none: the deployment takes no payments, so there is nothing to refund */
  readonly stripeKeys: StripeKeys | undefined;
  /** Encrypts the log groups. */
  readonly encryptionKey: IKey;
}

export type StepFunction = ServiceFunction<readonly string[]>;

/** The functions of an erasure's steps. Each has a role of its own, with what its step needs and nothing else. */
export const erasureSteps = (
  scope: Construct,
  props: ErasureStepsProps,
): Readonly<Record<ErasureStep, StepFunction>> => ({
  gate: addGate(scope, props),
  freeze: addFreeze(scope, props),
  settle: addSettle(scope, props),
  balance: addBalance(scope, props),
  tell: addTell(scope, props),
  processor: addProcessor(scope, props),
  pool: addPool(scope, props),
  files: addFiles(scope, props),
  erase: addErase(scope, props),
  verify: addVerify(scope, props),
  certify: addCertify(scope, props),
});

function newStep<const Names extends readonly string[]>(
  scope: Construct,
  { config, encryptionKey }: Pick<ErasureStepsProps, 'config' | 'encryptionKey'>,
  step: ErasureStep,
  description: string,
  environmentNames: Names,
  environment: NoInfer<Env<Names>>,
): ServiceFunction<Names> {
  return new ServiceFunction(scope, `${step[0]?.toUpperCase() ?? ''}${step.slice(1)}`, {
    entry: `lambdas/handlers/privacy/erasure-${step}.lambda.ts`,
    description: `Erasure: ${description}`,
    ...(LONG_STEPS.includes(step) ? LONG : SHORT),
    logGroupName: `/tollgate/${config.stage}/erasure-${step}`,
    logDays: config.logDays,
    encryptionKey,
    losesEventsBecause: RETRIED,
    environmentNames,
    environment,
  });
}

function addGate(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, audit } = props;
  const gate = newStep(scope, props, 'gate', 'waits for the grace period and legal holds', ERASURE_GATE_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    AUDIT_TABLE: audit.table.tableName,
  });
  accounts.erasureGrants.begin(gate);
  audit.grants.record(gate);
  return gate;
}

function addFreeze(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, wallet, identity, keyPepper } = props;
  const freeze = newStep(scope, props, 'freeze', 'stops an account or a person', ERASURE_FREEZE_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    WALLET_TABLE: wallet.table.tableName,
    USER_POOL_ID: identity.userPool.userPoolId,
    KEY_PEPPER_SECRET: keyPepper.secretArn,
  });
  accounts.erasureGrants.freeze(freeze);
  wallet.grants.suspend(freeze);
  identity.grants.signOutUsers(freeze);
  keyPepper.grants.read(freeze);
  return freeze;
}

function addSettle(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, wallet } = props;
  const settle = newStep(scope, props, 'settle', 'waits until nothing is in progress', ERASURE_SETTLE_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    WALLET_TABLE: wallet.table.tableName,
  });
  accounts.erasureGrants.lookAtPeople(settle);
  wallet.grants.seePending(settle);
  return settle;
}

function addBalance(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, keys, wallet, audit, stripeKeys } = props;
  const balance = newStep(scope, props, 'balance', 'refunds or ends the credit', ERASURE_BALANCE_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    KEYS_TABLE: keys.table.tableName,
    WALLET_TABLE: wallet.table.tableName,
    AUDIT_TABLE: audit.table.tableName,
    ...stripeEnvironment(scope, props),
  });
  accounts.erasureGrants.endMemberships(balance);
  keys.grants.passOn(balance);
  audit.grants.recordForAccounts(balance);
  wallet.grants.endBalances(balance);
  if (stripeKeys) {
    wallet.grants.beginRefunds(balance);
    stripeKeys.grants.read(balance);
  }
  return balance;
}

function addTell(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { config, accounts, outbox } = props;
  const tell = newStep(scope, props, 'tell', 'sends the last mail', ERASURE_TELL_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    OUTBOX_TABLE: outbox.table.tableName,
    MAIL_FROM: config.identity.mailFrom ?? 'none',
  });
  accounts.erasureGrants.lookAtAccounts(tell);
  outbox.grants.mail(tell);
  return tell;
}

function addProcessor(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, stripeKeys } = props;
  const processor = newStep(scope, props, 'processor', 'deletes the customer at Stripe', ERASURE_PROCESSOR_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    ...stripeEnvironment(scope, props),
  });
  accounts.erasureGrants.note(processor);
  stripeKeys?.grants.read(processor);
  return processor;
}

function addPool(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, identity } = props;
  const pool = newStep(scope, props, 'pool', 'deletes the user of a person', ERASURE_POOL_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    USER_POOL_ID: identity.userPool.userPoolId,
  });
  accounts.erasureGrants.mark(pool);
  identity.grants.deleteUsers(pool);
  return pool;
}

function addFiles(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, keys, files } = props;
  const step = newStep(scope, props, 'files', 'deletes the files of exports', ERASURE_FILES_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    KEYS_TABLE: keys.table.tableName,
    EXPORT_BUCKET: files.bucket.bucketName,
  });
  accounts.erasureGrants.look(step);
  keys.grants.erasePassphrases(step);
  files.grantErase(step);
  return step;
}

function addErase(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, keys, usage, rollUps, outbox } = props;
  const erase = newStep(scope, props, 'erase', 'deletes items by the register', ERASURE_ERASE_ENV, tablesOf(props));
  accounts.erasureGrants.erase(erase);
  keys.grants.erase(erase);
  usage.grants.erase(erase);
  rollUps.grants.erase(erase);
  outbox.grants.erase(erase);
  return erase;
}

function addVerify(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { accounts, keys, wallet, usage, rollUps, outbox, files, identity } = props;
  const verify = newStep(scope, props, 'verify', 'looks for remains in every store', ERASURE_VERIFY_ENV, {
    ...tablesOf(props),
    EXPORT_BUCKET: files.bucket.bucketName,
    USER_POOL_ID: identity.userPool.userPoolId,
  });
  accounts.erasureGrants.findRemains(verify);
  keys.grants.findRemains(verify);
  usage.grants.findRemains(verify);
  rollUps.grants.read(verify);
  outbox.grants.findRemains(verify);
  wallet.grants.readBalances(verify);
  files.grantFind(verify);
  identity.grants.findUsers(verify);
  return verify;
}

function addCertify(scope: Construct, props: ErasureStepsProps): StepFunction {
  const { config, accounts, audit, usage, receiptKey } = props;
  const certify = newStep(scope, props, 'certify', 'signs the certificate', ERASURE_CERTIFY_ENV, {
    ACCOUNTS_TABLE: accounts.table.tableName,
    AUDIT_TABLE: audit.table.tableName,
    USAGE_TABLE: usage.table.tableName,
    RECEIPT_KEY: receiptKey.key.keyArn,
    DEPLOYMENT: stripeEnvironment(scope, props).DEPLOYMENT,
    AUDIT_DAYS: String(auditDays(config)),
  });
  accounts.erasureGrants.certify(certify);
  audit.grants.recordForDeployment(certify);
  usage.grants.publishKeys(certify);
  receiptKey.grants.sign(certify);
  return certify;
}

/** S3 removes an event of the archive within two days after its lock. */
const auditDays = ({ audit: { archiveDays = 0 } }: Config): number =>
  Math.max(AUDIT_RETENTION_DAYS, archiveDays && archiveDays + 2);

const tablesOf = (props: ErasureStepsProps): Env<typeof ERASURE_ERASE_ENV> => ({
  ACCOUNTS_TABLE: props.accounts.table.tableName,
  KEYS_TABLE: props.keys.table.tableName,
  WALLET_TABLE: props.wallet.table.tableName,
  USAGE_TABLE: props.usage.table.tableName,
  ROLLUPS_TABLE: props.rollUps.tableName,
  AUDIT_TABLE: props.audit.table.tableName,
  OUTBOX_TABLE: props.outbox.table.tableName,
});
