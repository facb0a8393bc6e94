import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { EncryptionKey } from './encryption-key';

/**
 * The deployment's own key, for tables, secrets, logs and alarms. A customer-managed one rather than AWS's:
 * its uses are in the account's trail, it can be revoked at once, and alarms cannot reach an encrypted
 * topic through AWS's key. It costs a dollar a month and next to nothing per request: DynamoDB keeps what
 * it decrypts for five minutes.
 */
export class DeploymentKey extends EncryptionKey {
  constructor(scope: Construct, id: string, props: { readonly stage: string }) {
    super(scope, id, {
      alias: `tollgate-${props.stage}`,
      description: `Tollgate ${props.stage}: tables, secrets, logs and alarms`,
      logGroups: `/tollgate/${props.stage}/*`,
      // Without the key the retained tables are noise.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsReachTheirTopic',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}
