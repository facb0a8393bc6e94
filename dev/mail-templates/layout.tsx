import { Body, Button, Container, Head, Heading, Hr, Html, Link, Section, Text } from '@react-email/components';
import type { ReactNode } from 'react';

/** A placeholder, which is filled in when a mail is sent. */
export const value = (name: string): string => `{{${name}}}`;

/** One mail in source form. */
export interface MailSource {
  readonly subject: string;
  readonly body: ReactNode;
}

const FONT = { fontFamily: 'Helvetica, Arial, sans-serif', color: '#16191f' };
/** IDs have no spaces, so on a narrow screen they break anywhere. */
const TEXT = { ...FONT, fontSize: '15px', lineHeight: '22px', wordBreak: 'break-word' as const };
const SMALL = { ...FONT, fontSize: '12px', lineHeight: '18px', color: '#5f6b7a' };
const CODE = { ...TEXT, fontFamily: 'Menlo, Consolas, monospace', fontSize: '13px', wordBreak: 'break-all' as const };
const BUTTON = {
  ...FONT,
  backgroundColor: '#0f4c81',
  color: '#ffffff',
  fontSize: '15px',
  padding: '10px 18px',
  borderRadius: '6px',
};

/** The frame of every mail. It loads nothing from the network, so that nobody learns when a mail is read. */
export function Mail({
  title,
  isOptional = false,
  children,
}: {
  readonly title: string;
  /** Whether the reader can decline such mails. */
  readonly isOptional?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Html lang="en">
      <Head />
      <Body style={{ backgroundColor: '#f4f6f8', margin: 0, padding: '24px 0' }}>
        <Container style={{ backgroundColor: '#ffffff', borderRadius: '8px', maxWidth: '560px', padding: '28px' }}>
          <Heading as="h1" style={{ ...FONT, fontSize: '20px', lineHeight: '28px', margin: '0 0 12px' }}>
            {title}
          </Heading>
          {children}
          <Hr style={{ borderColor: '#d9dee4', margin: '24px 0 12px' }} />
          {isOptional ? (
            <Text style={SMALL}>
              You can decline mails of this kind. Security and billing mails are always sent.{' '}
              <Link href={value('unsubscribeUrl')} style={{ color: '#0f4c81' }}>
                Stop mails of this kind
              </Link>
            </Text>
          ) : (
            <Text style={SMALL}>
              This mail is about your security, your money or your rights, so it is always sent.
            </Text>
          )}
        </Container>
      </Body>
    </Html>
  );
}

export const Paragraph = ({ children }: { readonly children: ReactNode }) => <Text style={TEXT}>{children}</Text>;

export const Code = ({ children }: { readonly children: ReactNode }) => <Text style={CODE}>{children}</Text>;

/** A button to the page of the account in the console. A deployment without an address leaves it out. */
export const ConsoleButton = ({ children }: { readonly children: ReactNode }) => (
  <Section style={{ margin: '20px 0' }}>
    {'{{#consoleUrl}}'}
    <Button href={value('consoleUrl')} style={BUTTON}>
      {children}
    </Button>
    {'{{/consoleUrl}}'}
  </Section>
);

/** A button to the page of an invoice at the payment processor, which needs no sign-in. */
export const InvoiceButton = ({ children }: { readonly children: ReactNode }) => (
  <Section style={{ margin: '20px 0' }}>
    {'{{#invoiceUrl}}'}
    <Button href={value('invoiceUrl')} style={BUTTON}>
      {children}
    </Button>
    {'{{/invoiceUrl}}'}
  </Section>
);

/** The account that a mail is about, by its ID: a name is text that a stranger may have chosen. */
export const AboutAccount = () => <Paragraph>Account: {value('accountId')}</Paragraph>;

/** Tells the reader how to react to a change that they did not make. */
export const IfUnexpected = ({ children }: { readonly children: ReactNode }) => (
  <Paragraph>If you did not expect this, {children}</Paragraph>
);
