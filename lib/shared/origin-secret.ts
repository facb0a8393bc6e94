import { SecretValue } from 'aws-cdk-lib';

/** The header by which a function knows that a request came through CloudFront. */
export const ORIGIN_SECRET_HEADER = 'x-tollgate-origin-secret';

/** A fixed name, so that the edge's stack finds it without a reference across regions. */
export const originSecretName = (stage: string): string => `tollgate-${stage}-origin`;

/** Resolved by CloudFormation while it deploys; the template carries only the reference. */
export function currentOriginSecret(stage: string): string {
  return SecretValue.secretsManager(originSecretName(stage), { jsonField: 'current' }).unsafeUnwrap();
}
