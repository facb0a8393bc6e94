import type { RemovalPolicy } from 'aws-cdk-lib';
import { Aws, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { KEY_ACTIONS } from './key-actions';

export interface EncryptionKeyProps {
  /** The alias without `alias/`. */
  readonly alias: string;
  readonly description: string;
  /** The names of the log groups that CloudWatch Logs may encrypt with the key, or patterns of names. */
  readonly logGroups: readonly string[];
  readonly removalPolicy: RemovalPolicy;
}

/**
 * A key that rotates, that CloudWatch may use for the named log groups and for alarms, and that only AWS services can be
 * granted.
 */
export class EncryptionKey extends Key {
  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    const { alias, description, logGroups, removalPolicy } = props;
    super(scope, id, { alias: `alias/${alias}`, description, enableKeyRotation: true, removalPolicy });
    const { account, region } = Stack.of(this);
    this.addToResourcePolicy(grantsForServicesOnly());
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogsOfTheDeployment',
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [...KEY_ACTIONS],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': logGroups.map(
              (name) => `arn:${Aws.PARTITION}:logs:${region}:${account}:log-group:${name}`,
            ),
          },
        },
      }),
    );
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsReachTheirTopic',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
  }
}

/** The statement of a key's policy that stops every grant of the key except to an AWS service. */
export function grantsForServicesOnly(): PolicyStatement {
  return new PolicyStatement({
    sid: 'OnlyServicesAreGrantedIt',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:CreateGrant'],
    resources: ['*'],
    // DynamoDB needs its own grants, which are for an AWS resource.
    conditions: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
  });
}
