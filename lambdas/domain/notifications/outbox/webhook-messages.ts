import type { ParametersOf } from './kinds';
import { messageIdOf, type NewMessage } from './message';

/** The deployment has disabled a webhook. */
export function webhookDisabled({
  accountId,
  ...parameters
}: ParametersOf<'webhook_disabled'> & { readonly accountId: string }): NewMessage {
  return {
    messageId: messageIdOf('webhook_disabled', accountId, parameters.webhookId, parameters.at),
    kind: 'webhook_disabled',
    accountId,
    recipient: { to: 'roles', roles: ['owner', 'admin'] },
    parameters,
  };
}
