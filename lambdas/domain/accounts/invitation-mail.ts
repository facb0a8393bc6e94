import type { Mail } from '../notifications/mailer';
import type { Invitation } from './invitation-item';

/** The mail names neither the account nor the inviter, because our mails must not carry text that strangers write. */
export function invitationMail({ email, role, validUntil }: Invitation, token: string): Mail {
  return {
    to: email,
    subject: 'You are invited to an account',
    text: [
      `You are invited to join an account as ${role}.`,
      `Sign in to the console and accept the invitation with this token until ${validUntil}:`,
      token,
      'If you did not expect this invitation, ignore this mail: nothing will happen.',
    ].join('\n\n'),
  };
}
