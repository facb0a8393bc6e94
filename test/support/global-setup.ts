import { SharedDynamodbLocal } from '../engines/shared-dynamodb-local';

/** Runs once, in jest's own process, before any worker starts. */
export default async function globalSetup(): Promise<void> {
  await SharedDynamodbLocal.offer();
}
