import { ENDPOINTS } from '../../../lambdas/domain/dialects/registry';
import { EXAMPLE_MODELS, likelyEndpoint } from '../../example-models';

/** Enough to see a stream arrive in pieces, and still a fraction of a cent at any price. */
const OUTPUT_TOKENS_MAX = 128;

export interface PaidRequest {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: object;
}

/**
 * Builds a streamed request to a cheap model.
 * @returns undefined when no model was named and none of the example models is served
 */
export function paidRequest(served: readonly string[], named: string | undefined): PaidRequest | undefined {
  const [model, endpoint] =
    named === undefined ? (EXAMPLE_MODELS.find(([id]) => served.includes(id)) ?? []) : [named, likelyEndpoint(named)];
  if (model === undefined || endpoint === undefined) return undefined;
  const messages = [{ role: 'user', content: 'Count from one to forty in words, separated by commas.' }];
  const body = { model, stream: true, messages, [endpoint.limit]: OUTPUT_TOKENS_MAX };
  return { path: ENDPOINTS[endpoint.id].path, headers: endpoint.headers, body };
}
