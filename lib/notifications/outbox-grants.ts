import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { readChanges } from '../constructs/stream-grants';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** The state of every message, also after it was delivered. */
const MESSAGES = ['message#*'];
/** Messages that are still to be mailed. */
const PENDING_MAILS = ['mail#*'];
/** Events that are still to be addressed to webhooks. */
const EVENTS = ['event#*'];
/** Deliveries to webhooks that are still to be made. */
const PENDING_DELIVERIES = ['webhook#*'];
/** The accounts' logs of deliveries. */
const DELIVERIES = ['deliveries#*'];
/** Everything that is about an account or a person. */
const WITH_OWNERS = [...PENDING_MAILS, ...EVENTS, ...PENDING_DELIVERIES, ...DELIVERIES];

/** Grants on messages. Only those that deliver a message may read it. */
export class OutboxGrants {
  readonly #outbox: ClassifiedTable;

  constructor(outbox: ClassifiedTable) {
    this.#outbox = outbox;
  }

  /** Puts a message into the outbox, in the transaction of the event that it is about. */
  notify(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#outbox, ['dynamodb:PutItem'], [...MESSAGES, ...PENDING_MAILS, ...EVENTS]);
  }

  /** Puts a message that is not about an account into the outbox: no webhook gets it. */
  notifyByMail(grantee: IGrantable): Grant {
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

  /** Addresses events to webhooks, claims and ends their deliveries, and notes that a webhook was disabled. */
  deliverToWebhooks(grantee: IGrantable): Grant {
    const allow = (actions: readonly TableAction[], partitions: readonly string[]): Grant =>
      grantItems(grantee, this.#outbox, actions, partitions);
    return allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:DeleteItem'], [...EVENTS, ...PENDING_DELIVERIES])
      .combine(allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], [...PENDING_DELIVERIES, ...DELIVERIES]))
      .combine(allow(['dynamodb:GetItem'], DELIVERIES))
      .combine(this.notify(grantee));
  }

  /** Does what `deliverToWebhooks` does, for the changes of the table. */
  deliverChangesToWebhooks(grantee: IGrantable): Grant {
    return readChanges(grantee, this.#outbox).combine(this.deliverToWebhooks(grantee));
  }

  /** Reads the log of the deliveries to webhooks, and asks for a delivery by hand. */
  askForDeliveries(grantee: IGrantable): Grant {
    const log = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] as const;
    return grantItems(grantee, this.#outbox, log, DELIVERIES).combine(
      grantItems(grantee, this.#outbox, ['dynamodb:PutItem'], PENDING_DELIVERIES),
    );
  }

  /** Reads what was sent to the webhooks of an account. */
  exportData(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#outbox, ['dynamodb:Query'], DELIVERIES);
  }

  /** Puts a message to people by mail, and looks whether it was sent. */
  mail(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#outbox, ['dynamodb:PutItem'], [...MESSAGES, ...PENDING_MAILS]).combine(
      grantItems(grantee, this.#outbox, ['dynamodb:GetItem'], PENDING_MAILS),
    );
  }

  /** Deletes the messages, events and deliveries of an account or a person. */
  erase(grantee: IGrantable): Grant {
    return this.findRemains(grantee).combine(grantItems(grantee, this.#outbox, ['dynamodb:DeleteItem'], WITH_OWNERS));
  }

  /** Looks for what is left of an account or a person. */
  findRemains(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#outbox, ['dynamodb:Query'], WITH_OWNERS);
  }

  /** Ends a message whose mail was sent. */
  end(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#outbox, ['dynamodb:GetItem', 'dynamodb:DeleteItem'], PENDING_MAILS).combine(
      grantItems(grantee, this.#outbox, ['dynamodb:UpdateItem'], MESSAGES),
    );
  }
}
