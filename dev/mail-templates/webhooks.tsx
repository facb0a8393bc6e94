import { AboutAccount, ConsoleButton, Mail, type MailSource, Paragraph, value } from './layout';

export const webhook_disabled: MailSource = {
  subject: 'A webhook was disabled',
  body: (
    <Mail title="A webhook was disabled">
      <Paragraph>
        The webhook {value('webhookId')} gets no more events since {value('at')}, because it {value('reason')}.
      </Paragraph>
      <Paragraph>
        Repair its receiver and enable the webhook again. The events of the last seven days can be delivered again from
        its log.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>See the webhooks</ConsoleButton>
    </Mail>
  ),
};
