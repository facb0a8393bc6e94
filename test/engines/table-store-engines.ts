import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableName } from '../../lambdas/contracts/storage/tables';
import { TABLES } from '../../lambdas/contracts/storage/tables';
import { DynamodbStore } from '../../lambdas/adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../lambdas/adapters/dynamodb/sdk-transport';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import type { Clock } from '../../lambdas/domain/clock';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { describeUnless } from '../support/describe-unless';
import { whyNoDynamodbLocal } from './dynamodb-local';
import { SharedDynamodbLocal } from './shared-dynamodb-local';

/** A kind of store that must fulfil the contract. */
export interface Engine {
  readonly name: string;
  /** Why this machine cannot run it. */
  readonly missing?: string | undefined;
  start(clock: Clock): Promise<{ store: TableStore; stop: () => Promise<void> }>;
}

export const embeddedInMemory: Engine = {
  name: 'the embedded store in memory',
  start: async (clock) => ({ store: EmbeddedStore.memory({ clock }), stop: async () => undefined }),
};

export const embeddedOnFile: Engine = {
  name: 'the embedded store on a file',
  async start(clock) {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-table-store-'));
    const store = EmbeddedStore.open({ file: join(folder, 'store.db'), clock });
    const stop = async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    };
    return { store, stop };
  },
};

export const dynamodb: Engine = {
  name: 'DynamoDB',
  missing: whyNoDynamodbLocal(),
  async start(clock) {
    const endpoint = await SharedDynamodbLocal.endpoint();
    const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const transport = new SdkTransport(config);
    // Each start creates its own tables, because all tests of a run share one DynamoDB Local.
    const prefix = randomUUID();
    const tableNames = Object.fromEntries(TABLES.map(({ name }) => [name, `${prefix}-${name}`])) as Record<
      TableName,
      string
    >;
    await createTables(new DynamoDBClient(config), Object.values(tableNames));
    return {
      store: new DynamodbStore({ transport, tableNames, clock }),
      stop: async () => transport.close(),
    };
  },
};

/** Defines the same tests for each store that deployments and the local host use. */
export function describeDurableEngines(name: string, define: (engine: Engine) => void): void {
  describeEngines([embeddedOnFile, dynamodb], name, define);
}

export function describeEngines(engines: readonly Engine[], name: string, define: (engine: Engine) => void): void {
  for (const engine of engines) describeUnless(engine.missing)(`${name} ${engine.name}`, () => define(engine));
}

/** Creates a test stage on an engine. It starts at the current time, because DynamoDB Local uses the system clock. */
export async function startStage<Stage extends { now: number; readonly engine: TableStore }>(
  engine: Engine,
  StageOn: new (store: TableStore) => Stage,
): Promise<{ stage: Stage; stop: () => Promise<void> }> {
  const { store, stop } = await engine.start(() => stage.now);
  const stage = new StageOn(store);
  stage.now = Date.now();
  return { stage, stop };
}

async function createTables(client: DynamoDBClient, names: readonly string[]): Promise<void> {
  for (const TableName of names) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
      }),
    );
  }
  client.destroy();
}
