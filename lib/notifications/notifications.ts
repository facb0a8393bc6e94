import { Construct } from 'constructs';
import type { KeysTable } from '../keys/keys-table';
import { KeyReminders } from './key-reminders';
import { MailAlarms } from './mail-alarms';
import { MailDelivery, type MailDeliveryProps } from './mail-delivery';
import { MailFeedback } from './mail-feedback';
import { MailSet } from './mail-set';
import { PolicyNotices } from './policy-notices';

export interface NotificationsProps extends Omit<MailDeliveryProps, 'mailSet'> {
  /** Holds the keys of whose ends people are reminded. */
  readonly keys: KeysTable;
}

/**
 * Delivers the messages of the outbox by mail, acts on what becomes of the mails, reminds people of keys that end, and tells
 * them about new versions of policies.
 */
export class Notifications extends Construct {
  readonly delivery: MailDelivery;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const mailSet = new MailSet(this, 'MailSet');
    this.delivery = new MailDelivery(this, 'Mail', { ...props, mailSet });
    const feedback = new MailFeedback(this, 'Feedback', { ...props, mailSet });
    new KeyReminders(this, 'KeyReminders', props);
    new PolicyNotices(this, 'PolicyNotices', props);
    new MailAlarms(this, 'MailAlarms', { delivery: this.delivery, feedback, topic: props.alarmTopic });
  }
}
