import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';

export interface CheckStripeKeysDependencies {
  /** @throws when the keys are missing, malformed or placeholders */
  readonly readKeys: () => Promise<unknown>;
  /** Sends a JSON body to CloudFormation's own address. */
  readonly send: (url: string, body: string) => Promise<{ readonly ok: boolean }>;
}

/** An operator reads this in the events of the stack. It never says anything about a value. */
const REASON =
  "The secret with the deployment's keys at Stripe is empty, malformed or a placeholder. Store them with " +
  '"tollgate payments keys --stack", then deploy again.';

/**
 * Fails a deployment that would take payments without usable keys of Stripe. It is a custom resource, because
 * CloudFormation cannot look into a secret.
 * @throws Error when CloudFormation does not take the answer
 */
export function checkStripeKeys({
  readKeys,
  send,
}: CheckStripeKeysDependencies): (event: CloudFormationCustomResourceEvent) => Promise<void> {
  return async (event) => {
    const { RequestType: type, StackId, RequestId, LogicalResourceId } = event;
    // Payments that are switched off need no keys.
    const isUsable = type === 'Delete' || (await readKeys().then(yes, no));
    const answer: CloudFormationCustomResourceResponse = {
      StackId,
      RequestId,
      LogicalResourceId,
      PhysicalResourceId: 'stripe-keys',
      ...(isUsable ? { Status: 'SUCCESS' } : { Status: 'FAILED', Reason: REASON }),
    };
    const { ok } = await send(event.ResponseURL, JSON.stringify(answer));
    if (!ok) throw new Error('CloudFormation did not take the answer');
  };
}

const yes = (): boolean => true;
const no = (): boolean => false;
