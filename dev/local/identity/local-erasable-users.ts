import type { ErasableUsers } from '../../../lambdas/domain/privacy/erasure/ports';
import type { SpoolMailer } from '../mail/spool-mailer';
import type { LocalIdentity } from './local-identity';

export interface LocalErasableUsersOptions {
  readonly identity: LocalIdentity;
  readonly mailer: Pick<SpoolMailer, 'forget'>;
  /** Called after the users have changed. */
  readonly changed: () => void;
}

/** Stands in for Cognito: removes people from the user pool of a local run, and the mails that stand in for their inbox. */
export class LocalErasableUsers implements ErasableUsers {
  private readonly options: LocalErasableUsersOptions;

  constructor(options: LocalErasableUsersOptions) {
    this.options = options;
  }

  /** Tokens cannot be refreshed without the user, and the user is removed soon. */
  signOut(): Promise<void> {
    return Promise.resolve();
  }

  async remove(subject: string): Promise<void> {
    const { identity, mailer, changed } = this.options;
    const address = await identity.emails.of(subject);
    if (address !== undefined) mailer.forget(address);
    await identity.remove(subject);
    changed();
  }

  exists(subject: string): Promise<boolean> {
    return Promise.resolve(this.options.identity.users.some((user) => user.subject === subject));
  }
}
