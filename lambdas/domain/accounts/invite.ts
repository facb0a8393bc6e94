import type { Mailer } from '../notifications/mailer';
import type { Invitation } from './invitation-item';
import { invitationMail } from './invitation-mail';
import type { Invitations } from './invitations';

export interface InviteDependencies {
  readonly invitations: Invitations;
  /** @default none: whoever invites hands the token over */
  readonly mailer?: Mailer | undefined;
}

/**
 * Invites, and hands the invitation's one mail over. Where that is not taken the invitation is withdrawn, because
 * nobody could accept it. Throws MailNotTaken, and as `Invitations.create` does.
 *
 * @returns with the token only where no mail carries it
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
    // Should that fail too, the invitation ends by time: its token was in the mail alone.
    await invitations.revoke({ accountId, actor, invitationId: invitation.invitationId }).catch(() => undefined);
    throw error;
  }
  return invitation;
}
