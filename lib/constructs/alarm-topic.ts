import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { acknowledge } from '../compliance/acknowledgements';

export interface AlarmTopicProps {
  /** Its policy must let CloudWatch use it; see DeploymentKey. */
  readonly encryptionKey: IKey;
  /** Receives an email for each alarm. @default no subscription: alarms are seen in CloudWatch only */
  readonly email?: string | undefined;
}

/** The topic for alarms. It is encrypted and refuses publishers without TLS. */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id, { masterKey: props.encryptionKey, enforceSSL: true });
    // This policy replaces the default one, which would have let CloudWatch publish.
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (props.email === undefined) return;
    const subscription = this.addSubscription(new EmailSubscription(props.email));
    acknowledge(subscription, {
      decision: 'no-dead-letters',
      rules: ['Serverless-SNSRedrivePolicy'],
      control: 'CloudWatch shows the state of every alarm, and SNS retries an email that was not accepted.',
      consequence: 'An email that bounces permanently is lost.',
    });
  }
}
