import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { ERASURE_GATE_ENV } from '../../contracts/deployment/environment';
import { AuditLog } from '../../domain/audit/audit-log';
import { passGate } from '../../domain/privacy/erasure/gate';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_GATE_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE, audit: env.AUDIT_TABLE });

export const handler = middy(erasureStep(passGate, { ...step, audit: new AuditLog(step) }));
