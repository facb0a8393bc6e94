import { AboutAccount, ConsoleButton, Mail, type MailSource, Paragraph, value } from './layout';

export const low_balance: MailSource = {
  subject: 'Your balance is low',
  body: (
    <Mail title="Your balance is low" isOptional>
      <Paragraph>
        {value('available')} is left, which is below your threshold of {value('threshold')}. Without money, requests are
        refused.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>Add money</ConsoleButton>
    </Mail>
  ),
};

export const top_up_succeeded: MailSource = {
  subject: 'We received your payment of {{amount}}',
  body: (
    <Mail title="We received your payment">
      <Paragraph>{value('amount')} was credited to your account.</Paragraph>
      <Paragraph>Payment: {value('paymentId')}</Paragraph>
      <AboutAccount />
      <ConsoleButton>See the receipt</ConsoleButton>
    </Mail>
  ),
};

export const top_up_failed: MailSource = {
  subject: 'Your payment of {{amount}} failed',
  body: (
    <Mail title="Your payment failed">
      <Paragraph>
        Your payment of {value('amount')} did not go through, and nothing was credited. Try again, or use another
        payment method.
      </Paragraph>
      <Paragraph>Payment: {value('paymentId')}</Paragraph>
      <AboutAccount />
      <ConsoleButton>Try again</ConsoleButton>
    </Mail>
  ),
};

export const auto_top_up_failed: MailSource = {
  subject: 'Your automatic top-up of {{amount}} failed',
  body: (
    <Mail title="Your automatic top-up failed">
      <Paragraph>
        Your payment method was declined, so {value('amount')} was not credited. We try again later. Without money,
        requests are refused.
      </Paragraph>
      <Paragraph>Payment: {value('paymentId')}</Paragraph>
      <AboutAccount />
      <ConsoleButton>Check the payment method</ConsoleButton>
    </Mail>
  ),
};

export const auto_top_up_action_needed: MailSource = {
  subject: 'Confirm your automatic top-up of {{amount}}',
  body: (
    <Mail title="Please confirm your payment">
      <Paragraph>
        Your bank wants you to confirm the payment of {value('amount')}. Nothing is credited until you do.
      </Paragraph>
      <Paragraph>Payment: {value('paymentId')}</Paragraph>
      <AboutAccount />
      <ConsoleButton>Confirm the payment</ConsoleButton>
    </Mail>
  ),
};

export const auto_top_up_disabled: MailSource = {
  subject: 'Automatic top-up is off',
  body: (
    <Mail title="Automatic top-up is off">
      <Paragraph>
        Automatic top-up was turned off at {value('at')}. Your payment method is not charged any more. Without money,
        requests are refused.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};

export const account_in_debt: MailSource = {
  subject: 'Your account owes {{debt}}',
  body: (
    <Mail title="Your account is in debt">
      <Paragraph>
        The payment {value('paymentId')} was disputed, and the account owes {value('debt')}. Its keys are refused until
        the debt is paid or the dispute is won.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>Pay the debt</ConsoleButton>
    </Mail>
  ),
};
