import { formatUsd } from '../../money/pico';
import type { MailLinks } from '../delivery/mail-links';
import type { Mail, MailHeader } from '../mailer';
import { isOptional, KINDS } from '../outbox/kinds';
import type { NewMessage } from '../outbox/message';
import type { Destination } from '../people/recipients';
import { TEMPLATES } from './generated/templates';
import { fillIn, type TemplateValues } from './template';

type MailText = Pick<Mail, 'subject' | 'text' | 'html' | 'headers'>;

/** Facts for a mail that are stored nowhere, so they are fetched when it is sent. */
export interface MailFacts extends Pick<Destination, 'invitation'> {
  /** The page of the invoice that the mail is about. */
  readonly invoiceUrl?: string | undefined;
}

/**
 * The text of a mail.
 * @returns undefined for an optional mail that could not be declined, because the deployment has no address for a link
 */
export function renderMail(
  message: NewMessage,
  { invitation, invoiceUrl }: MailFacts,
  links: MailLinks,
): MailText | undefined {
  const { kind, accountId, recipient } = message;
  const { category } = KINDS[kind];
  const consoleUrl = links.console(accountId);
  const certificateUrl = message.kind === 'erasure_begun' ? links.certificate(message.parameters.erasureId) : undefined;
  const values: { [placeholder: string]: string } = {
    ...valuesOf(message),
    ...(accountId !== undefined && { accountId }),
    ...(consoleUrl !== undefined && { consoleUrl }),
    ...(invoiceUrl !== undefined && { invoiceUrl }),
    ...(certificateUrl !== undefined && { certificateUrl }),
  };
  if (invitation) {
    const { token, role, validUntil } = invitation;
    Object.assign(values, { token, role, validUntil: timeText(validUntil) });
  }
  let headers: readonly MailHeader[] = [];
  if (isOptional(category)) {
    const unsubscribeUrl = recipient.to === 'person' ? links.unsubscribe(recipient.personId, category) : undefined;
    if (unsubscribeUrl === undefined) return undefined;
    values['unsubscribeUrl'] = unsubscribeUrl;
    // RFC 8058: the mail program shows a button of its own and sends the POST itself.
    headers = [
      { name: 'List-Unsubscribe', value: `<${unsubscribeUrl}>` },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ];
  }
  return { ...fillIn(TEMPLATES[kind], values), headers };
}

/** Words in which a reader recognises a value of a closed list. */
const WORDS: { readonly [word: string]: string } = {
  deployment: 'a command of the operator',
  started: 'has started',
  changed: 'was changed',
  renewed: 'was renewed, because its payment has arrived',
  canceled: 'was canceled',
  resumed: 'is no longer canceled',
  past_due: 'was not renewed, because its payment failed',
  ended: 'has ended',
  terms: 'terms of service',
  privacy: 'privacy policy',
  transfer: 'notice that another company takes over this service and its data',
  failing: 'has accepted nothing for three days',
  gone: 'answered that it is gone (410)',
};

/** The parameters as text, without the unit that is the last word of their names: `amountPico` is `{{amount}}`. */
function valuesOf({ parameters }: NewMessage): TemplateValues {
  const values = Object.entries(parameters as { readonly [name: string]: bigint | string });
  return Object.fromEntries(
    values.map(([name, value]) => {
      if (typeof value === 'bigint') return [name.replace(/Pico$/, ''), `$${formatUsd(value)}`];
      return [name, /^(at|\w+At)$/.test(name) ? timeText(value) : (WORDS[value] ?? value)];
    }),
  );
}

/** `2026-11-20T10:00:00.000Z` as `2026-11-20 10:00 UTC`. */
const timeText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
