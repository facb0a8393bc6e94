import type { Construct } from 'constructs';
import {
  EVENT_PREFIX,
  PENDING_DELIVERY_PREFIX,
  PENDING_MAIL_PREFIX,
} from '../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { OutboxGrants } from './outbox-grants';

/**
 * Messages that are still to be delivered. It is in the stack of the functions that deliver them, because another
 * stack's stream could not be read in the release that adds it (docs/adr/0020-exports-never-depend-on-the-configuration.md).
 * Like every table it is kept when its stack is deleted, although nothing in it is older than a week.
 */
export class OutboxTable extends ClassifiedTable {
  readonly grants = new OutboxGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id, { ...props, spec: OUTBOX, retention: 'until delivered - at most 7 days' });
  }
}

/** The changes of the table that add a message to be mailed. */
export const NEW_MAILS = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { pk: { S: [{ prefix: PENDING_MAIL_PREFIX }] } } },
};

/** The changes of the table that add an event of an account, or a delivery to be made. */
export const NEW_DELIVERIES = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { pk: { S: [{ prefix: EVENT_PREFIX }, { prefix: PENDING_DELIVERY_PREFIX }] } } },
};
