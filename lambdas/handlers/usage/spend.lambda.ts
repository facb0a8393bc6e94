import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { runPipelines } from '../../adapters/stream/stream-pipeline';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { SPEND_ENV } from '../../contracts/deployment/environment';
import { AuditLog } from '../../domain/audit/audit-log';
import { systemClock as clock } from '../../domain/clock';
import { KeySuspensions } from '../../domain/keys/key-suspensions';
import { audiencesOf, notifyBy } from '../../domain/notifications/outbox/outbox';
import { ParkedChanges } from '../../domain/usage/parked/parked-changes';
import { AccountHours } from '../../domain/usage/spend-watch/account-hours';
import { BudgetWatch } from '../../domain/usage/spend-watch/budget-watch';
import { KeySpend } from '../../domain/usage/spend-watch/key-spend';
import { SpendWatch } from '../../domain/usage/spend-watch/spend-watch';
import { UsageAlerts } from '../../domain/usage/spend-watch/usage-alerts';
import { spend } from './spend';

const env = readEnv(SPEND_ENV);
const tableNames = {
  usage: env.USAGE_TABLE,
  keys: env.KEYS_TABLE,
  accounts: env.ACCOUNTS_TABLE,
  audit: env.AUDIT_TABLE,
  outbox: env.OUTBOX_TABLE,
};
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
const log = new StdoutLog();
const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
const hours = new AccountHours({ store, clock });
const notify = notifyBy(clock, audiencesOf(env.MAIL_FROM !== 'none'));
const budgets = new BudgetWatch({ store, clock, notify });
const alerts = { hours, rules: new UsageAlerts({ store, clock, log, hours, notify }) };
const watch = new SpendWatch({ spend: new KeySpend({ store, clock }), suspensions, budgets, alerts, clock, log });

const parked = new ParkedChanges({ store, clock });

export const handler = middy(spend({ watch, parked, runRules: runPipelines, log }));
