import { Duration } from 'aws-cdk-lib';
import { HttpMethod, type HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { STRIPE_WEBHOOK_ENV } from '../../lambdas/contracts/deployment/environment';
import { acknowledge } from '../compliance/acknowledgements';
import { ServiceFunction } from '../constructs/service-function';
import type { ServiceSecret } from '../secrets/service-secret';
import { type PaymentStores, paymentsEnvironment } from './payments-environment';
import type { StripeKeys } from './stripe-keys';

export interface StripeWebhookProps extends PaymentStores {
  readonly stripeKeys: StripeKeys;
  readonly api: HttpApi;
  /** Proves that a request came through the edge. */
  readonly originSecret: ServiceSecret;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

/** Receives Stripe's events at `/api/webhooks/stripe`. */
export class StripeWebhook extends Construct {
  readonly receive: ServiceFunction<typeof STRIPE_WEBHOOK_ENV>;

  constructor(scope: Construct, id: string, props: StripeWebhookProps) {
    super(scope, id);
    const { config, accounts, wallet, stripeKeys, originSecret } = props;
    this.receive = new ServiceFunction(this, 'Receive', {
      entry: 'lambdas/handlers/payments/stripe-webhook.lambda.ts',
      description: "Receives Stripe's events and books the payments that they are about",
      memoryMb: 256,
      // One second less than API Gateway waits. Stripe repeats an event that takes longer.
      timeout: Duration.seconds(29),
      logGroupName: `/tollgate/${config.stage}/stripe-webhook`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: 'Only the API invokes it; Stripe gets the error and repeats the event for three days.',
      environmentNames: STRIPE_WEBHOOK_ENV,
      environment: { ...paymentsEnvironment(this, props), ORIGIN_SECRET: originSecret.secretArn },
    });
    wallet.grants.book(this.receive);
    props.outbox.grants.notify(this.receive);
    accounts.grants.receivePaymentEvents(this.receive);
    accounts.grants.noteBilling(this.receive);
    stripeKeys.grants.read(this.receive);
    originSecret.grants.read(this.receive);
    this.#route(props.api);
  }

  #route(api: HttpApi): void {
    const routes = api.addRoutes({
      path: '/api/webhooks/stripe',
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('StripeWebhookIntegration', this.receive.function),
    });
    for (const route of routes) {
      acknowledge(route, {
        decision: 'open-to-callers',
        rules: ['AwsSolutions-APIG4', 'CT.APIGATEWAY.PR.5'],
        control:
          "Without CloudFront's secret header, or without Stripe's signature of the body and a recent time, the function answers 403.",
        consequence: 'A request without a signature still invokes the function and costs money.',
        test: 'every route of the control plane but health is served by a function that checks the origin secret',
      });
    }
  }
}
