import { z } from 'zod';
import { stripeClient } from '../../../lambdas/adapters/stripe/stripe-client';
import { StripeProcessor } from '../../../lambdas/adapters/stripe/stripe-processor';
import { TOP_UP_LIMITS_DEFAULT } from '../../../lambdas/contracts/deployment/payment-limits';
import { Payments } from '../../../lambdas/domain/payments/payments';
import type { StackTarget } from '../commands/command';
import type { CommandServices } from '../commands/command-services';
import { errorLog } from '../commands/error-log';
import type { Deployment } from './deployment';
import type { SecretStore } from './secret-store';

const keysSchema = z.object({ apiKey: z.string().regex(/^(?:sk|rk)_(?:test|live)_\w+$/) });

/**
 * The payments of a deployment for commands, which begin no purchase: its limits and plans are not needed.
 * @returns undefined if the deployment takes no payments
 * @throws Error when its secret has no API key of Stripe
 */
export async function deployedPayments(
  services: CommandServices,
  options: { readonly deployment: Deployment; readonly target: StackTarget; readonly secrets: SecretStore },
): Promise<Payments | undefined> {
  const { deployment, target, secrets } = options;
  const secret = deployment.stripeKeysSecret;
  if (secret === undefined) return undefined;
  const keys = keysSchema.safeParse(jsonOf(await secrets.read(secret)));
  if (!keys.success) throw new Error("The secret of Stripe's keys is empty or malformed.");
  // The name of the deployment at Stripe consists of the stage, the region and the AWS account.
  const [, , , region = '', account = ''] = secret.split(':');
  const name = `${target.stack}.${region}.${account}`;
  const processor = new StripeProcessor({
    stripe: stripeClient({ apiKey: keys.data.apiKey }),
    deployment: name,
    automaticTax: false,
  });
  return new Payments({ ...services, log: errorLog, processor, deployment: name, limits: TOP_UP_LIMITS_DEFAULT });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
