import { Stack } from 'aws-cdk-lib';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { acknowledge, renderedByNag } from '../compliance/acknowledgements';

/** Grants on the user pool and on SES. No verb changes a user. */
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
   */
  sendMail(grantee: IGrantable & IConstruct, from: string): Grant {
    const stack = Stack.of(this.#userPool);
    const inSes = (resource: string, resourceName: string): string =>
      stack.formatArn({ service: 'ses', resource, resourceName });
    const identities = [from, from.slice(from.lastIndexOf('@') + 1)].map((name) => inSes('identity', name));
    // SES also authorizes the default configuration set of an identity, whose name is not configured here.
    const configurationSets = inSes('configuration-set', '*');
    acknowledge(grantee, {
      decision: 'objects-by-pattern',
      rules: [`AwsSolutions-IAM5[Resource::${renderedByNag(stack, configurationSets)}]`],
      control: 'The function sends from one address, and a configuration set holds no data.',
      consequence:
        "The function could send its email with another configuration set of the account, and so count in that set's statistics.",
      test: 'the management API may send email from the configured address only',
    });
    return Grant.addToPrincipal({
      grantee,
      actions: ['ses:SendEmail'],
      resourceArns: [...identities, configurationSets],
      conditions: { StringEquals: { 'ses:FromAddress': from } },
    });
  }
}
