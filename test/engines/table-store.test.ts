import { tableStoreAgreement } from './table-store.agreement';
import { tableStoreContract } from './table-store.contract';
import { dynamodb, embeddedInMemory, embeddedOnFile } from './table-store-engines';

// DynamoDB Local is tested only if Java is installed.
const official = dynamodb === undefined ? [] : [dynamodb];

describe.each([embeddedInMemory, embeddedOnFile, ...official])('$name', tableStoreContract);

for (const engine of official) {
  describe(`the embedded store and ${engine.name}`, () => tableStoreAgreement(embeddedInMemory, engine));
}
