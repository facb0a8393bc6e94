import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { runPipelines } from '../../adapters/stream/stream-pipeline';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { RECEIPTS_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { OpenLeaves } from '../../domain/receipts/open-leaves';
import { ParkedChanges } from '../../domain/usage/parked/parked-changes';
import { receipts } from './receipts';

const { USAGE_TABLE: usage } = readEnv(RECEIPTS_ENV);
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames: { usage }, clock });

const openLeaves = new OpenLeaves({ store });
const parked = new ParkedChanges({ store, clock });

export const handler = middy(receipts({ openLeaves, parked, runRules: runPipelines, log: new StdoutLog() }));
