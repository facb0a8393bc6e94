import { Construct } from 'constructs';
import { MailAlarms } from './mail-alarms';
import { MailDelivery, type MailDeliveryProps } from './mail-delivery';
import { MailFeedback } from './mail-feedback';
import { MailSet } from './mail-set';

export type NotificationsProps = Omit<MailDeliveryProps, 'mailSet'>;

/** Delivers the messages of the outbox by mail, and acts on what becomes of the mails. */
export class Notifications extends Construct {
  readonly delivery: MailDelivery;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const mailSet = new MailSet(this, 'MailSet');
    this.delivery = new MailDelivery(this, 'Mail', { ...props, mailSet });
    const feedback = new MailFeedback(this, 'Feedback', { ...props, mailSet });
    new MailAlarms(this, 'MailAlarms', { delivery: this.delivery, feedback, topic: props.alarmTopic });
  }
}
