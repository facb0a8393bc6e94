import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import {
  AdminDeleteUserCommand,
  AdminUserGlobalSignOutCommand,
  ListUsersCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { isSubject } from '../../domain/identity/subject';
import type { ErasableUsers } from '../../domain/privacy/erasure/ports';

export interface CognitoErasableUsersOptions {
  readonly client: Pick<CognitoIdentityProviderClient, 'send'>;
  readonly userPoolId: string;
}

/** The users of a Cognito pool, which are found by their subject because a federated one has another name. */
export class CognitoErasableUsers implements ErasableUsers {
  readonly #options: CognitoErasableUsersOptions;

  constructor(options: CognitoErasableUsersOptions) {
    this.#options = options;
  }

  async signOut(subject: string): Promise<void> {
    const { client } = this.#options;
    await this.#withName(subject, (name) => client.send(new AdminUserGlobalSignOutCommand(name)));
  }

  async remove(subject: string): Promise<void> {
    const { client } = this.#options;
    await this.#withName(subject, (name) => client.send(new AdminDeleteUserCommand(name)));
  }

  async exists(subject: string): Promise<boolean> {
    return (await this.#nameOf(subject)) !== undefined;
  }

  async #withName(
    subject: string,
    call: (name: { readonly UserPoolId: string; readonly Username: string }) => Promise<unknown>,
  ): Promise<void> {
    const Username = await this.#nameOf(subject);
    if (Username === undefined) return;
    try {
      await call({ UserPoolId: this.#options.userPoolId, Username });
    } catch (error) {
      if (!(error instanceof UserNotFoundException)) throw error;
    }
  }

  async #nameOf(subject: string): Promise<string | undefined> {
    if (!isSubject(subject)) throw new RangeError('not a subject');
    const { client, userPoolId: UserPoolId } = this.#options;
    const command = new ListUsersCommand({ UserPoolId, Filter: `sub = "${subject}"`, AttributesToGet: [], Limit: 1 });
    return (await client.send(command)).Users?.[0]?.Username;
  }
}
