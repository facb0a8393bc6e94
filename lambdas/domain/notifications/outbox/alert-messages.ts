import type { ParametersOf } from './kinds';
import { messageIdOf, type NewMessage, type Recipient } from './message';

// The messages that an account has asked for, or that are about what it has asked for.

const ADMINISTRATORS: Recipient = { to: 'roles', roles: ['owner', 'admin'] };

interface InAccount {
  readonly accountId: string;
}

/** @param event.at the beginning of the hour in which the rule was broken, which names the event */
export function errorRate({ accountId, ...parameters }: InAccount & ParametersOf<'error_rate'>): NewMessage {
  const messageId = messageIdOf('error_rate', accountId, parameters.at);
  return { messageId, kind: 'error_rate', accountId, recipient: ADMINISTRATORS, parameters };
}

/** @param event.at as of `errorRate` */
export function spendAnomaly({ accountId, ...parameters }: InAccount & ParametersOf<'spend_anomaly'>): NewMessage {
  const messageId = messageIdOf('spend_anomaly', accountId, parameters.at);
  return { messageId, kind: 'spend_anomaly', accountId, recipient: ADMINISTRATORS, parameters };
}

/** The deployment has disabled a webhook. */
export function webhookDisabled({
  accountId,
  ...parameters
}: InAccount & ParametersOf<'webhook_disabled'>): NewMessage {
  return {
    messageId: messageIdOf('webhook_disabled', accountId, parameters.webhookId, parameters.at),
    kind: 'webhook_disabled',
    accountId,
    recipient: ADMINISTRATORS,
    parameters,
  };
}
