import { AboutAccount, ConsoleButton, InvoiceButton, Mail, type MailSource, Paragraph, value } from './layout';

export const invoice_issued: MailSource = {
  subject: 'Your invoice over {{amount}}',
  body: (
    <Mail title="Your invoice">
      <Paragraph>
        The invoice {value('invoiceId')} over {value('amount')} was issued.
      </Paragraph>
      <AboutAccount />
      <InvoiceButton>See the invoice</InvoiceButton>
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};

export const statement_due: MailSource = {
  subject: 'Your statement over {{amount}}',
  body: (
    <Mail title="Your monthly statement">
      <Paragraph>
        The statement {value('statementId')} over {value('amount')} is due at {value('dueAt')}.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>See the statement</ConsoleButton>
    </Mail>
  ),
};

export const statement_reminder: MailSource = {
  subject: 'Reminder {{reminder}}: {{amount}} is overdue',
  body: (
    <Mail title="A statement is overdue">
      <Paragraph>
        {value('amount')} of the statement {value('statementId')} was due at {value('dueAt')}. This is reminder{' '}
        {value('reminder')}; after the last one, the account is suspended.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>Pay the statement</ConsoleButton>
    </Mail>
  ),
};

export const subscription_changed: MailSource = {
  subject: 'Your plan {{change}}',
  body: (
    <Mail title="Your plan has changed">
      <Paragraph>
        Your plan {value('change')}.{'{{#endsAt}}'} It ends at {value('endsAt')}.{'{{/endsAt}}'} We noticed this at{' '}
        {value('at')}.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>See your plan</ConsoleButton>
    </Mail>
  ),
};
