import { tableStoreAgreement } from './table-store.agreement';
import { tableStoreContract } from './table-store.contract';
import { describeEngines, dynamodb, embeddedInMemory, embeddedOnFile } from './table-store-engines';

describeEngines([embeddedInMemory, embeddedOnFile, dynamodb], 'the table store of', tableStoreContract);

describeEngines([dynamodb], 'both embedded stores agree with', (engine) =>
  tableStoreAgreement([embeddedInMemory, embeddedOnFile, engine]),
);
