import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { PAYMENTS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { ServiceFunction } from '../constructs/service-function';
import { PaymentAlarms } from './payment-alarms';
import { Reconciliation } from './reconciliation';
import { StripeKeysCheck } from './stripe-keys-check';
import { StripeWebhook, type StripeWebhookProps } from './stripe-webhook';
import { WalletWatch } from './wallet-watch';

export interface PaymentsProps extends StripeWebhookProps {
  /** Serves the management API. */
  readonly management: ServiceFunction<readonly string[]>;
  /** Finishes what was interrupted; it exists without payments too. */
  readonly jobs: ServiceFunction<typeof PAYMENTS_ENV>;
  /** Receives alarms, and a message about each batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/** Everything that runs only if the deployment takes payments. */
export class Payments extends Construct {
  constructor(scope: Construct, id: string, props: PaymentsProps) {
    super(scope, id);
    const check = new StripeKeysCheck(this, 'KeysCheck', props);
    const webhook = new StripeWebhook(this, 'Webhook', props);
    const reconciliation = new Reconciliation(this, 'Reconciliation', props);
    const watch = new WalletWatch(this, 'WalletWatch', props);
    for (const part of [webhook, reconciliation, watch]) part.node.addDependency(check);
    new PaymentAlarms(this, 'PaymentAlarms', {
      receive: webhook.receive,
      reconcile: reconciliation.reconcile,
      watch: watch.watch,
      jobs: props.jobs,
      management: props.management,
      topic: props.alarmTopic,
    });
  }
}
