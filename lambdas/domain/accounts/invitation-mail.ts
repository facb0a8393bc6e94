import type { Mail } from '../notifications/mailer';
import type { Invitation } from './invitation-item';

/** Neither the account's name nor the inviter's: what strangers can write must not travel in our mails. */
export function invitationMail({ email, role, validUntil }: Invitation, token: string): Mail {
  return {
    to: email,
    subject: 'You are invited to an account',
    text: [
      `You are invited to join an account as ${role}.`,
      `Sign in to the console and accept the invitation with this token until ${validUntil}:`,
      token,
      'If you do not know what this is about, ignore this mail: nothing happens then.',
    ].join('\n\n'),
  };
}
