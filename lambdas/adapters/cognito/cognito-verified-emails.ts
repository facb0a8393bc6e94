import type { CognitoIdentityProviderClient, UserType } from '@aws-sdk/client-cognito-identity-provider';
import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { ControlPlaneUnavailable } from '../../domain/errors/refusal';
import { isSubject } from '../../domain/identity/subject';
import type { AddressBook } from '../../domain/identity/address-book';
import type { VerifiedEmails } from '../../domain/identity/verified-emails';

export interface CognitoVerifiedEmailsOptions {
  readonly client: Pick<CognitoIdentityProviderClient, 'send'>;
  readonly userPoolId: string;
}

/**
 * Reads addresses from the user pool. It searches by subject, because a user of another identity provider has a
 * different user name.
 */
export class CognitoVerifiedEmails implements VerifiedEmails, AddressBook {
  readonly #options: CognitoVerifiedEmailsOptions;

  constructor(options: CognitoVerifiedEmailsOptions) {
    this.#options = options;
  }

  async of(subject: string): Promise<string | undefined> {
    if (!isSubject(subject)) throw new RangeError('not a subject');
    const user = await this.#find('sub', subject);
    return user && verifiedEmailOf(user);
  }

  async subjectOf(address: string): Promise<string | undefined> {
    const user = await this.#find('email', address);
    return user?.Attributes?.find(({ Name }) => Name === 'sub')?.Value;
  }

  async #find(attribute: 'sub' | 'email', value: string): Promise<UserType | undefined> {
    const { client, userPoolId: UserPoolId } = this.#options;
    const AttributesToGet = attribute === 'sub' ? ['email', 'email_verified'] : ['sub'];
    // Within a filter, quotation marks and backslashes are escaped.
    const text = value.replace(/["\\]/g, '\\$&');
    try {
      const command = new ListUsersCommand({
        UserPoolId,
        Filter: `${attribute} = "${text}"`,
        AttributesToGet,
        Limit: 1,
      });
      return (await client.send(command)).Users?.[0];
    } catch (error) {
      throw new ControlPlaneUnavailable({ cause: error });
    }
  }
}

/** The operator chose the other identity providers, so the address that one of them states is taken as verified. */
function verifiedEmailOf({ UserStatus, Attributes = [] }: UserType): string | undefined {
  const valueOf = (name: string) => Attributes.find(({ Name }) => Name === name)?.Value;
  const isVerified = UserStatus === 'EXTERNAL_PROVIDER' || valueOf('email_verified') === 'true';
  return isVerified ? valueOf('email') : undefined;
}
