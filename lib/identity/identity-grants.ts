import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Identity } from './identity';

/** The power over people's sign-in, and to write to them. Nothing here changes a user or reads an attribute of one. */
export class IdentityGrants {
  readonly #identity: Identity;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** Asks by which factors a user signs in. */
  readFactors(grantee: IGrantable): Grant {
    const resourceArns = [this.#identity.userPool.userPoolArn];
    return Grant.addToPrincipal({ grantee, actions: ['cognito-idp:AdminGetUserAuthFactors'], resourceArns });
  }

  /**
   * Sends mails from the one address.
   * @param from SES asks for its domain, or for the address itself where that one is verified too
   */
  sendMail(grantee: IGrantable, from: string): Grant {
    const stack = Stack.of(this.#identity);
    const identities = [from, from.slice(from.lastIndexOf('@') + 1)];
    return Grant.addToPrincipal({
      grantee,
      actions: ['ses:SendEmail'],
      resourceArns: identities.map((resourceName) =>
        stack.formatArn({ service: 'ses', resource: 'identity', resourceName }),
      ),
      conditions: { StringEquals: { 'ses:FromAddress': from } },
    });
  }
}
