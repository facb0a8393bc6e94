import { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EncryptionKey } from './encryption-key';
import { VENDED_LOGS } from './service-log-group';

/**
 * The deployment's own key, for tables, secrets, logs and alarms. It is customer-managed because its uses then appear
 * in CloudTrail, it can be revoked at once, and CloudWatch cannot publish to a topic that AWS's key encrypts. It costs
 * a dollar a month and almost nothing per request, because DynamoDB caches a decrypted table key for five minutes.
 */
export class DeploymentKey extends EncryptionKey {
  constructor(scope: Construct, id: string, props: { readonly stage: string }) {
    super(scope, id, {
      alias: `tollgate-${props.stage}`,
      description: `Tollgate ${props.stage}: tables, secrets, logs and alarms`,
      logGroups: [`/tollgate/${props.stage}/*`, `${VENDED_LOGS}/tollgate/${props.stage}/*`],
      // The retained tables cannot be read without it.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
