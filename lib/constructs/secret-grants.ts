import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { DeploymentSecrets } from './deployment-secrets';

/** Who may read which secret. Nothing may write one but its operator. */
export class SecretGrants {
  readonly #secrets: DeploymentSecrets;

  constructor(secrets: DeploymentSecrets) {
    this.#secrets = secrets;
  }

  readProviderKeys(grantee: IGrantable): Grant {
    return read(grantee, this.#secrets.providerKeys);
  }

  readKeyPepper(grantee: IGrantable): Grant {
    return read(grantee, this.#secrets.keyPepper);
  }

  readOrigin(grantee: IGrantable): Grant {
    return read(grantee, this.#secrets.origin);
  }
}

function read(grantee: IGrantable, secret: Secret): Grant {
  const grant = Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:GetSecretValue'],
    resourceArns: [secret.secretArn],
  });
  if (secret.encryptionKey === undefined) return grant;
  return grant.combine(
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt'],
      resourceArns: [secret.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(secret).region}.amazonaws.com` } },
    }),
  );
}
