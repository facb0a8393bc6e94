import { SecretValue } from 'aws-cdk-lib';

/** The name is fixed, so that the edge stack finds the secret without a cross-region reference. */
export const originSecretName = (stage: string): string => `tollgate-${stage}-origin`;

/** A dynamic reference that CloudFormation resolves during the deployment, so that no template contains the secret. */
export function currentOriginSecret(stage: string): string {
  return SecretValue.secretsManager(originSecretName(stage), { jsonField: 'current' }).unsafeUnwrap();
}
