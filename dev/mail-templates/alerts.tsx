import { AboutAccount, ConsoleButton, Mail, type MailSource, Paragraph, value } from './layout';

export const error_rate: MailSource = {
  subject: 'Many requests fail',
  body: (
    <Mail title="Many requests fail">
      <Paragraph>
        {value('failed')} of {value('requests')} requests have failed in the hour from {value('at')}. You are told again
        once an hour has been within the limit that you have set.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>See the account</ConsoleButton>
    </Mail>
  ),
};

export const spend_anomaly: MailSource = {
  subject: 'Unusual spend: {{spent}} in an hour',
  body: (
    <Mail title="Unusual spend">
      <Paragraph>
        Requests have cost {value('spent')} in the hour from {value('at')}, and {value('usual')} in an average active
        hour of the last week.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>See the account</ConsoleButton>
    </Mail>
  ),
};
