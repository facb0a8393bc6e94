import type { RemovalPolicy } from 'aws-cdk-lib';
import { Aws, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { KEY_ACTIONS } from './key-actions';

export interface EncryptionKeyProps {
  /** Without the `alias/`. */
  readonly alias: string;
  readonly description: string;
  /** The log groups that CloudWatch may encrypt with it: a name, or a pattern of names. */
  readonly logGroups: string;
  readonly removalPolicy: RemovalPolicy;
}

/** A key that rotates, that CloudWatch Logs may use for the deployment's log groups, and that nobody but a service of AWS can pass on. */
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
            'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${region}:${account}:log-group:${logGroups}`,
          },
        },
      }),
    );
  }
}

/** What a key's policy says so that nobody but a service of AWS can pass the key on. */
export function grantsForServicesOnly(): PolicyStatement {
  return new PolicyStatement({
    sid: 'OnlyServicesAreGrantedIt',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:CreateGrant'],
    resources: ['*'],
    // DynamoDB's own grants are for an AWS resource, and stay possible.
    conditions: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
  });
}
