import { CfnOutput, Fn, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge, inHipaaAndNist } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { SecretGrants } from '../secrets/secret-grants';
import { ServiceSecret } from '../secrets/service-secret';

export interface StripeKeysProps {
  readonly stage: string;
  readonly encryptionKey: IKey;
}

/** The output with the secret's ARN; the command line reads it. */
const OUTPUT = 'StripeKeysSecret';

/**
 * The deployment's keys at Stripe: JSON with `apiKey`, `webhookSecret` and, during a rotation, `previousWebhookSecret`.
 * An operator fills it before the rest of the deployment is created. It is kept when payments are switched off.
 */
export class StripeKeys extends Construct {
  readonly secret: ServiceSecret;
  /**
   * The secret's ARN for another stack, which reads it from this stack's outputs while it is deployed. An export would
   * have to stay for as long as the other stack imports it, so payments could never be switched off.
   */
  readonly secretArn: string;
  readonly grants: SecretGrants;

  constructor(scope: Construct, id: string, { stage, encryptionKey }: StripeKeysProps) {
    super(scope, id);
    this.secret = new ServiceSecret(this, 'Secret', {
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
      description: `Tollgate ${stage}: JSON with the API key and the webhook's signing secret at Stripe`,
      // It must never change, because CloudFormation would overwrite what an operator has stored.
      secretStringValue: SecretValue.unsafePlainText('{}'),
    });
    classify(this.secret, { dataClass: 'secret', retention: 'until replaced by its operator' });
    acknowledge(this, {
      decision: 'operator-rotates-secrets',
      rules: ['AwsSolutions-SMG4', ...inHipaaAndNist('SecretsManagerRotationEnabled')],
      control: 'docs/runbook.md explains how to replace the keys: two signing secrets are valid at a time.',
      consequence: 'The keys do not rotate by themselves, because only Stripe issues them.',
      test: 'the first value of a secret never depends on the configuration',
    });
    const stack = Stack.of(this);
    new CfnOutput(stack, OUTPUT, { value: this.secret.secretArn });
    this.secretArn = Fn.getStackOutput(stack.stackName, OUTPUT);
    this.grants = new SecretGrants(this.secret, this.secretArn);
  }
}
