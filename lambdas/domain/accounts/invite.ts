import type { Mailer } from '../notifications/mailer';
import type { Invitation } from './invitation-item';
import { invitationMail } from './invitation-mail';
import type { Invitations } from './invitations';

export interface InviteDependencies {
  readonly invitations: Invitations;
  /** @default none: the inviter passes the token on */
  readonly mailer?: Mailer | undefined;
}

/**
 * Creates an invitation and sends its only mail. If the mail is not accepted, the invitation is withdrawn, because
 * without the token it can never be accepted.
 *
 * @returns the invitation, with the token only if no mail carries it
 * @throws MailNotTaken
 * @throws as `Invitations.create` does
 */
export async function invite(
  { invitations, mailer }: InviteDependencies,
  request: Parameters<Invitations['create']>[0],
): Promise<Invitation & { readonly token?: string }> {
  const { invitation, token } = await invitations.create(request);
  if (!mailer) return { ...invitation, token };
  try {
    await mailer.send(invitationMail(invitation, token));
  } catch (error) {
    const { accountId, actor } = request;
    // If that fails too, the invitation expires unused: only the mail had its token.
    await invitations.revoke({ accountId, actor, invitationId: invitation.invitationId }).catch(() => undefined);
    throw error;
  }
  return invitation;
}
