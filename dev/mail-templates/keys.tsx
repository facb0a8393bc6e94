import { AboutAccount, ConsoleButton, IfUnexpected, Mail, type MailSource, Paragraph, value } from './layout';

export const key_created: MailSource = {
  subject: 'A key was created',
  body: (
    <Mail title="A key was created">
      <Paragraph>
        The key {value('keyId')} was created at {value('at')} by {value('by')}. It can spend money of the account.
      </Paragraph>
      <AboutAccount />
      <IfUnexpected>revoke the key.</IfUnexpected>
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};

export const key_rotated: MailSource = {
  subject: 'A key was rotated',
  body: (
    <Mail title="A key was rotated">
      <Paragraph>
        The key {value('keyId')} was replaced by {value('replacedBy')}. The old one stops working at {value('endsAt')}.
        It was done by {value('by')}.
      </Paragraph>
      <AboutAccount />
      <IfUnexpected>revoke both keys.</IfUnexpected>
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};

export const key_expiring: MailSource = {
  subject: 'A key is about to expire',
  body: (
    <Mail title="A key is about to expire">
      <Paragraph>
        The key {value('keyId')} stops working at {value('endsAt')}. Rotate it before, and give the new one to the
        application that uses it.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};

export const budget_reached: MailSource = {
  subject: 'A key has used {{percent}} % of its budget',
  body: (
    <Mail title="A key has used much of its budget" isOptional>
      <Paragraph>
        The key {value('keyId')} has used {value('percent')} % of its budget of {value('limit')}
        {'{{#from}}'} for the {value('window')} that began on {value('from')}
        {'{{/from}}'}. When the budget is used up, its requests are refused
        {'{{#from}}'} until the next {value('window')}
        {'{{/from}}'}.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};

export const shared_budget_reached: MailSource = {
  subject: '{{percent}} % of a budget are used',
  body: (
    <Mail title="Much of a budget is used" isOptional>
      <Paragraph>
        {value('percent')} % of the budget {value('budgetId')}, of {value('limit')} for {value('of')}
        {'{{#from}}'} and the {value('window')} that began on {value('from')}
        {'{{/from}}'}, are used. When the budget is used up, the requests that count in it are refused
        {'{{#from}}'} until the next {value('window')}
        {'{{/from}}'}.
      </Paragraph>
      <AboutAccount />
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};
