import { tableStoreAgreement } from './table-store.agreement';
import { tableStoreContract } from './table-store.contract';
import { dynamodb, embeddedInMemory, embeddedOnFile } from './table-store-engines';

// A list of one or none: the official engine runs where Java is.
const official = dynamodb === undefined ? [] : [dynamodb];

describe.each([embeddedInMemory, embeddedOnFile, ...official])('$name', tableStoreContract);

for (const engine of official) {
  describe(`the embedded engine and ${engine.name}`, () => tableStoreAgreement(embeddedInMemory, engine));
}
