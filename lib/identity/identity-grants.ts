import { Stack } from 'aws-cdk-lib';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';

/** Grants on the user pool and on SES. Only the verbs of erasures change a user. */
export class IdentityGrants {
  readonly #userPool: IUserPool;

  constructor(userPool: IUserPool) {
    this.#userPool = userPool;
  }

  /** Reads which factors a user signs in with. */
  readFactors(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['cognito-idp:AdminGetUserAuthFactors'],
      resourceArns: [this.#userPoolArn],
    });
  }

  /** Reads the email address of a user, which is found by the pool's ID of the user. */
  readEmails(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['cognito-idp:ListUsers'], resourceArns: [this.#userPoolArn] });
  }

  /** Finds a user by the pool's ID of the user. */
  findUsers(grantee: IGrantable): Grant {
    return this.readEmails(grantee);
  }

  /** Ends the sign-ins of a user; see `findUsers`. */
  signOutUsers(grantee: IGrantable): Grant {
    return this.#changeUsers(grantee, 'cognito-idp:AdminUserGlobalSignOut');
  }

  /** Deletes a user; see `findUsers`. */
  deleteUsers(grantee: IGrantable): Grant {
    return this.#changeUsers(grantee, 'cognito-idp:AdminDeleteUser');
  }

  #changeUsers(grantee: IGrantable, action: string): Grant {
    return this.findUsers(grantee).combine(
      Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [this.#userPoolArn] }),
    );
  }

  /** Made from the pool's ID, because the previous release exports that in every configuration, and the ARN not. */
  get #userPoolArn(): string {
    return Stack.of(this.#userPool).formatArn({
      service: 'cognito-idp',
      resource: 'userpool',
      resourceName: this.#userPool.userPoolId,
    });
  }

  /**
   * Sends email from one address.
   *
   * @param from the sender; SES authorizes its domain, or the address itself if that is verified too
   * @param configurationSetArn the only configuration set that the email may be sent with
   */
  sendMail(grantee: IGrantable, from: string, configurationSetArn: string): Grant {
    const stack = Stack.of(this.#userPool);
    const identities = [from, from.slice(from.lastIndexOf('@') + 1)].map((resourceName) =>
      stack.formatArn({ service: 'ses', resource: 'identity', resourceName }),
    );
    return Grant.addToPrincipal({
      grantee,
      actions: ['ses:SendEmail'],
      resourceArns: [...identities, configurationSetArn],
      conditions: { StringEquals: { 'ses:FromAddress': from } },
    });
  }
}
