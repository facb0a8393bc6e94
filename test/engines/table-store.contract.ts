import { conditionsContract } from './table-store-conditions.contract';
import type { Engine } from './table-store-engines';
import { readsContract } from './table-store-reads.contract';
import { TableStoreStage } from './table-store-stage';
import { transactionsContract } from './table-store-transactions.contract';
import { writesContract } from './table-store-writes.contract';

/** The contract of `TableStore`, which every engine must fulfil. Call it inside `describe.each`. */
export function tableStoreContract(engine: Engine): void {
  const stage = new TableStoreStage();
  beforeAll(() => stage.start(engine));
  afterAll(() => stage.stop());
  beforeEach(() => stage.nextPartition());

  writesContract(stage);
  conditionsContract(stage);
  readsContract(stage);
  transactionsContract(stage);
}
