import type { Invitation } from './invitation-item';
import type { Invitations } from './invitations';

export interface InviteDependencies {
  readonly invitations: Invitations;
  /** Whether the deployment mails invitations. Otherwise the inviter passes the token on. */
  readonly sendsMail: boolean;
}

/**
 * Creates an invitation. Its mail is in the outbox with it, so it is sent even if this process dies.
 *
 * @returns the invitation, with the token only if no mail carries it
 * @throws as `Invitations.create` does
 */
export async function invite(
  { invitations, sendsMail }: InviteDependencies,
  request: Parameters<Invitations['create']>[0],
): Promise<Invitation & { readonly token?: string }> {
  const { invitation, token } = await invitations.create(request);
  return sendsMail ? invitation : { ...invitation, token };
}
