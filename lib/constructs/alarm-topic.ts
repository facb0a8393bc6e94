import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { acknowledge } from '../compliance/acknowledgements';

export interface AlarmTopicProps {
  /** Must let CloudWatch use it; see DeploymentKey. */
  readonly encryptionKey: IKey;
  /** @default nobody is told */
  readonly email?: string | undefined;
}

/** Where alarms go: encrypted, and closed to publishers without TLS. */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id, { masterKey: props.encryptionKey, enforceSSL: true });
    // A topic with a policy of its own loses the default one, by which CloudWatch would have been let in.
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
      control: 'The state of every alarm is in CloudWatch, and SNS repeats a mail that was not taken.',
      consequence: 'A mail that bounces for good is not kept.',
    });
  }
}
