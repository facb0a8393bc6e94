import type { z } from 'zod';
import {
  type StripeKeys,
  stripeKeysSchema,
  stripeKeysSecretSchema,
} from '../../../lambdas/contracts/deployment/secrets';
import { type CommandResult, failure } from '../commands/command-result';
import type { Deployment } from './deployment';
import type { KeyInput } from './key-input';
import type { SecretStore } from './secret-store';

export interface StripeKeysDependencies {
  readonly deployment: Pick<Deployment, 'stripeKeysSecret'>;
  readonly secrets: SecretStore;
  readonly input: KeyInput;
}

const LABELS = {
  apiKey: 'Secret or restricted API key at Stripe',
  webhookSecret: 'Signing secret of the webhook endpoint at Stripe',
} as const;
const NAMES = Object.keys(LABELS) as (keyof typeof LABELS)[];

/**
 * Stores the keys at Stripe that the operator enters, and keeps the others. A new signing secret leaves the one before it
 * valid, so that no event is lost while Stripe changes over; storing keys again ends that.
 */
export async function storeStripeKeys({ deployment, secrets, input }: StripeKeysDependencies): Promise<CommandResult> {
  const { stripeKeysSecret: arn } = deployment;
  if (arn === undefined) return failure('The deployment takes no payments: configure them and deploy first.');
  const stored = storedKeys(await secrets.read(arn));
  const entered = await input.read(NAMES, Object.keys(stored), (id) => LABELS[id as keyof typeof LABELS]);
  const { webhookSecret } = stored;
  const isReplaced = webhookSecret !== undefined && (entered['webhookSecret'] ?? webhookSecret) !== webhookSecret;
  const parsed = stripeKeysSchema.safeParse({
    apiKey: stored.apiKey,
    webhookSecret,
    ...entered,
    ...(isReplaced && { previousWebhookSecret: webhookSecret }),
  });
  if (!parsed.success) return failure(complaintOf(parsed.error));
  await secrets.replace(arn, JSON.stringify(parsed.data));
  return {
    exitCode: 0,
    lines: [JSON.stringify({ stripeKeysWritten: Object.keys(entered) })],
    notes: [
      'The keys take effect everywhere within five minutes.',
      ...(isReplaced ? ['The signing secret before it is valid too, until keys are stored again.'] : []),
    ],
  };
}

/** The stored values. Those of a secret that was filled by hand with something else have to be entered again. */
function storedKeys(text: string): Partial<Pick<StripeKeys, 'apiKey' | 'webhookSecret'>> {
  const stored = stripeKeysSecretSchema.safeParse(text);
  if (!stored.success) return {};
  const { apiKey, webhookSecret } = stored.data;
  return { apiKey, webhookSecret };
}

/** Names what is wrong, and never quotes a value. */
function complaintOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  const name = String(issue?.path[0] ?? 'keys');
  if (issue?.code === 'invalid_type') return `No ${name} is stored: run the command again and enter it.`;
  return `The ${name} ${issue?.message ?? 'is invalid'}.`;
}
