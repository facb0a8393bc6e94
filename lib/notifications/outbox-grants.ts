import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { readChanges } from '../constructs/stream-grants';
import { grantItems } from '../constructs/table-grant';

/** The state of every message, also after it was delivered. */
const MESSAGES = ['message#*'];
/** Messages that are still to be mailed. */
const PENDING_MAILS = ['mail#*'];

/** Grants on messages. Only those that deliver a message may read it. */
export class OutboxGrants {
  readonly #outbox: ClassifiedTable;

  constructor(outbox: ClassifiedTable) {
    this.#outbox = outbox;
  }

  /** Puts a message into the outbox, in the transaction of the event that it is about. */
  notify(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#outbox, ['dynamodb:PutItem'], [...MESSAGES, ...PENDING_MAILS]);
  }

  /** Finds, claims and ends messages, and puts one for each person of a message to several. */
  deliver(grantee: IGrantable): Grant {
    const actions = [
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
    ] as const;
    return grantItems(grantee, this.#outbox, actions, PENDING_MAILS).combine(
      grantItems(grantee, this.#outbox, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], MESSAGES),
    );
  }

  /** Does what `deliver` does, for the changes of the table. */
  deliverChanges(grantee: IGrantable): Grant {
    return readChanges(grantee, this.#outbox).combine(this.deliver(grantee));
  }

  /** Ends a message whose mail was sent. */
  end(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#outbox, ['dynamodb:GetItem', 'dynamodb:DeleteItem'], PENDING_MAILS).combine(
      grantItems(grantee, this.#outbox, ['dynamodb:UpdateItem'], MESSAGES),
    );
  }
}
