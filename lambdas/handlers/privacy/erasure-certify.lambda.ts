import middy from '@middy/core';
import { KMSClient } from '@aws-sdk/client-kms';
import { readEnv } from '../../adapters/read-env';
import { KmsSigner } from '../../adapters/receipts/kms-signer';
import { ERASURE_CERTIFY_ENV } from '../../contracts/deployment/environment';
import { AuditLog } from '../../domain/audit/audit-log';
import { ReceiptKeys } from '../../domain/receipts/receipt-keys';
import { certify } from '../../domain/privacy/erasure/certify';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_CERTIFY_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE, audit: env.AUDIT_TABLE, usage: env.USAGE_TABLE });

export const handler = middy(
  erasureStep(certify, {
    ...step,
    audit: new AuditLog(step),
    signer: new KmsSigner({ client: new KMSClient(), keyArn: env.RECEIPT_KEY }),
    keys: new ReceiptKeys(step),
    deployment: env.DEPLOYMENT,
    auditDays: Number(env.AUDIT_DAYS),
  }),
);
