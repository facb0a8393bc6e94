import { SharedDynamodbLocal } from '../engines/shared-dynamodb-local';

/** Runs once, in jest's own process, after the last test. */
export default async function globalTeardown(): Promise<void> {
  await SharedDynamodbLocal.withdraw();
}
