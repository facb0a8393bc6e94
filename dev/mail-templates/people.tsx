import { Link } from '@react-email/components';
import { AboutAccount, Code, ConsoleButton, IfUnexpected, Mail, type MailSource, Paragraph, value } from './layout';

export const welcome: MailSource = {
  subject: 'Welcome to Tollgate',
  body: (
    <Mail title="Welcome" isOptional>
      <Paragraph>
        You can now create an account or accept an invitation to one. An account has a wallet, and keys that your
        applications use instead of a provider’s key.
      </Paragraph>
      <Paragraph>
        Create a key, set the base URL of your OpenAI or Anthropic SDK to your gateway, and leave the rest of your code
        as it is.
      </Paragraph>
      <ConsoleButton>Open the console</ConsoleButton>
    </Mail>
  ),
};

export const invitation: MailSource = {
  subject: 'You are invited to an account',
  body: (
    <Mail title="You are invited to an account">
      <Paragraph>You are invited to join an account with the role {value('role')}.</Paragraph>
      <Paragraph>
        Sign in with this mail address and accept the invitation with the following token until {value('validUntil')}:
      </Paragraph>
      <Code>{value('token')}</Code>
      <ConsoleButton>Open the console</ConsoleButton>
      <IfUnexpected>ignore this mail: nothing will happen.</IfUnexpected>
    </Mail>
  ),
};

export const new_sign_in: MailSource = {
  subject: 'New sign-in',
  body: (
    <Mail title="New sign-in">
      <Paragraph>Someone signed in as you at {value('at')}.</Paragraph>
      <IfUnexpected>change your password and add an authenticator app.</IfUnexpected>
      <ConsoleButton>Open the console</ConsoleButton>
    </Mail>
  ),
};

export const role_changed: MailSource = {
  subject: 'Your role has changed',
  body: (
    <Mail title="Your role has changed">
      <Paragraph>
        Your role is now {value('role')}, since {value('at')}.
      </Paragraph>
      <AboutAccount />
      <IfUnexpected>ask the owner of the account.</IfUnexpected>
      <ConsoleButton>Open the account</ConsoleButton>
    </Mail>
  ),
};

export const export_ready: MailSource = {
  subject: 'Your data is ready',
  body: (
    <Mail title="Your data is ready">
      <Paragraph>
        The export {value('exportId')} can be downloaded until {value('endsAt')}. It is encrypted: the console shows its
        passphrase once, to a person who has just signed in. No mail has it.
      </Paragraph>
      <AboutAccount />
      <IfUnexpected>change your password, and tell the operator.</IfUnexpected>
      <ConsoleButton>Open the console</ConsoleButton>
    </Mail>
  ),
};

export const erasure_requested: MailSource = {
  subject: 'An erasure was requested',
  body: (
    <Mail title="An erasure was requested">
      <Paragraph>
        The erasure {value('erasureId')} was requested. It begins after {value('endsAt')}, and until then it can be
        cancelled. After that nothing can be restored.
      </Paragraph>
      {'{{#accountId}}'}
      <AboutAccount />
      {'{{/accountId}}'}
      <IfUnexpected>cancel it in the console, change your password, and tell the operator.</IfUnexpected>
      <ConsoleButton>Open the console</ConsoleButton>
    </Mail>
  ),
};

export const erasure_cancelled: MailSource = {
  subject: 'An erasure was cancelled',
  body: (
    <Mail title="An erasure was cancelled">
      <Paragraph>The erasure {value('erasureId')} was cancelled. Everything stays as it is.</Paragraph>
      {'{{#accountId}}'}
      <AboutAccount />
      {'{{/accountId}}'}
      <IfUnexpected>change your password, and tell the operator.</IfUnexpected>
      <ConsoleButton>Open the console</ConsoleButton>
    </Mail>
  ),
};

export const erasure_begun: MailSource = {
  subject: 'The data is being erased',
  body: (
    <Mail title="The data is being erased">
      <Paragraph>
        The erasure {value('erasureId')} is being carried out. This is the last mail about it, because your address may
        be erased with the rest. Keep the number of the erasure: it leads to a signed certificate as soon as nothing is
        left, and for a year after that.
      </Paragraph>
      {'{{#accountId}}'}
      <AboutAccount />
      {'{{/accountId}}'}
      {'{{#certificateUrl}}'}
      <Paragraph>The certificate will be at</Paragraph>
      <Code>
        <Link href={value('certificateUrl')}>{value('certificateUrl')}</Link>
      </Code>
      {'{{/certificateUrl}}'}
    </Mail>
  ),
};

export const policy_changed: MailSource = {
  subject: 'Our policies are changing',
  body: (
    <Mail title="Our policies are changing">
      <Paragraph>
        Version {value('version')} of the {value('policy')} takes effect at {value('effectiveAt')}. Please read it and
        say in the console whether you accept it.
      </Paragraph>
      <ConsoleButton>Read the new version</ConsoleButton>
    </Mail>
  ),
};

export const support_answered: MailSource = {
  subject: 'We have answered you',
  body: (
    <Mail title="We have answered you">
      <Paragraph>
        There is an answer in your support thread {value('threadId')}, of {value('at')}. No mail has it: read it in the
        console.
      </Paragraph>
      <ConsoleButton>Read the answer</ConsoleButton>
    </Mail>
  ),
};
