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
import { startDynamodbLocal, whyNoDynamodbLocal } from './dynamodb-local';

/** A kind of store that must fulfil the contract. */
export interface Engine {
  readonly name: string;
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
    const store = EmbeddedStore.open({ file: join(folder, 'store.jsonl'), clock });
    const stop = async () => {
      store.close();
      rmSync(folder, { recursive: true });
    };
    return { store, stop };
  },
};

const dynamodbLocal: Engine = {
  name: 'DynamoDB',
  async start(clock) {
    const { endpoint, stop } = await startDynamodbLocal();
    const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const transport = new SdkTransport(config);
    await createTables(new DynamoDBClient(config));
    const tableNames = Object.fromEntries(TABLES.map(({ name }) => [name, physicalName(name)])) as Record<
      TableName,
      string
    >;
    return {
      store: new DynamodbStore({ transport, tableNames, clock }),
      async stop() {
        transport.close();
        await stop();
      },
    };
  },
};

/** `undefined` if Java is not installed, which DynamoDB Local needs. */
export const dynamodb: Engine | undefined = ifJavaIsInstalled(dynamodbLocal);

/** The stores that deployments and the local host use, as far as they can run on this machine. */
export const durableEngines: readonly Engine[] = [embeddedOnFile, ...(dynamodb === undefined ? [] : [dynamodb])];

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

function ifJavaIsInstalled(engine: Engine): Engine | undefined {
  const reason = whyNoDynamodbLocal();
  if (reason === undefined) return engine;
  process.stderr.write(`The tests against ${engine.name} were skipped: ${reason}.\n`);
  return undefined;
}

const physicalName = (name: TableName): string => `contract-${name}`;

async function createTables(client: DynamoDBClient): Promise<void> {
  for (const { name } of TABLES) {
    await client.send(
      new CreateTableCommand({
        TableName: physicalName(name),
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
