import { isLoopbackUrl, type NewWebhook } from '../../../../contracts/http/webhooks';
import { InvalidInput } from '../../control-plane-errors';
import type { ApiDependencies } from '../api-dependencies';

/** @throws InvalidInput for a receiver on the machine itself, unless this is a local run */
export function receiverOf({ allowsLoopback }: ApiDependencies, webhook: NewWebhook): NewWebhook {
  if (isLoopbackUrl(webhook.url) && !allowsLoopback)
    throw new InvalidInput([{ pointer: '/url', detail: 'must be the https:// URL of a public host' }]);
  return webhook;
}
