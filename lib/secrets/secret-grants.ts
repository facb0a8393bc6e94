import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Grants on a secret. No verb writes it: only an operator changes its value. */
export class SecretGrants {
  readonly #secret: ISecret;
  readonly #secretArn: string;

  /** @param secretArn how the grantee's stack names the secret. @default it imports the ARN from the secret's stack */
  constructor(secret: ISecret, secretArn = secret.secretArn) {
    this.#secret = secret;
    this.#secretArn = secretArn;
  }

  /** Reads the value. */
  read(grantee: IGrantable): Grant {
    const { encryptionKey } = this.#secret;
    const grant = Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.#secretArn],
    });
    if (encryptionKey === undefined) return grant;
    return grant.combine(
      Grant.addToPrincipal({
        grantee,
        actions: ['kms:Decrypt'],
        resourceArns: [encryptionKey.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this.#secret).region}.amazonaws.com` },
        },
      }),
    );
  }
}
