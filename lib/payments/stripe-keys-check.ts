import { CustomResource, Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { STRIPE_KEYS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { ServiceFunction } from '../constructs/service-function';
import type { StripeKeys } from './stripe-keys';

export interface StripeKeysCheckProps {
  readonly config: Config;
  readonly stripeKeys: StripeKeys;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

const TIMEOUT = Duration.seconds(30);
/** CloudFormation would wait for an hour. */
const ANSWER_WITHIN = Duration.minutes(2);

/** Fails the deployment unless usable keys of Stripe are stored. Resources that depend on it are not created before. */
export class StripeKeysCheck extends Construct {
  constructor(scope: Construct, id: string, { config, stripeKeys, encryptionKey }: StripeKeysCheckProps) {
    super(scope, id);
    const check = new ServiceFunction(this, 'Check', {
      entry: 'lambdas/handlers/payments/check-stripe-keys.lambda.ts',
      description: 'Fails a deployment without usable keys of Stripe',
      memoryMb: 256,
      timeout: TIMEOUT,
      logGroupName: `/tollgate/${config.stage}/stripe-keys-check`,
      logDays: config.logDays,
      encryptionKey,
      losesEventsBecause: 'Only CloudFormation invokes it; without an answer the deployment fails and can be repeated.',
      environmentNames: STRIPE_KEYS_ENV,
      environment: { STRIPE_KEYS_SECRET: stripeKeys.secretArn },
    });
    stripeKeys.grants.read(check);
    new CustomResource(this, 'Checked', {
      resourceType: 'Custom::StripeKeys',
      serviceToken: check.function.functionArn,
      serviceTimeout: ANSWER_WITHIN,
      // A change of the settings checks the keys again.
      properties: { Settings: JSON.stringify(config.payments) },
    });
  }
}
