import { SecretValue } from 'aws-cdk-lib';

/** A fixed name, so that the edge's stack finds it without a reference across regions. */
export const originSecretName = (stage: string): string => `tollgate-${stage}-origin`;

/** Resolved by CloudFormation while it deploys; the template carries only the reference. */
export function currentOriginSecret(stage: string): string {
  return SecretValue.secretsManager(originSecretName(stage), { jsonField: 'current' }).unsafeUnwrap();
}
