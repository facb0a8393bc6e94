import type { Model, PriceVersion } from '../../../contracts/storage/catalog';
import type { Target } from '../../catalog/catalog';
import type { MeteredEndpoint, MeteredRequest, RequestBound } from '../../dialects/endpoint';
import { raisedLimits, spokenDialects } from '../../dialects/registry';
import { InvalidRequest } from '../../errors/app-error';
import type { Headers } from '../../headers';

interface RequestWithHeaders {
  readonly endpoint: MeteredEndpoint;
  readonly request: MeteredRequest;
  readonly headers: Headers;
}

/**
 * The worst case for one target. A header can raise the model's own limits, so the bound follows the headers that the
 * target's provider is sent. A catalog that ends at the model's own context has no price for a longer prompt.
 * @throws InvalidRequest when the prompt can be longer than the catalog has a price for
 */
export function boundWithHeaders(
  { endpoint, request, headers }: RequestWithHeaders,
  { provider, model }: Target,
  price: PriceVersion,
): RequestBound {
  const own = endpoint.bound(request, model);
  const { contextTokens, outputTokensMax } = raisedLimits(headers, spokenDialects(endpoint.id, provider));
  if (contextTokens <= model.contextTokens && outputTokensMax <= model.outputTokensMax) return own;
  const raised = endpoint.bound(request, {
    ...model,
    contextTokens: Math.max(contextTokens, model.contextTokens),
    outputTokensMax: Math.max(outputTokensMax, model.outputTokensMax),
  });
  const isPriced = price.tiers.some(({ abovePromptTokens }) => abovePromptTokens >= model.contextTokens);
  if (raised.inputTokensMax > own.inputTokensMax && !isPriced) throw lengthUnpriced(request, model);
  return raised;
}

function lengthUnpriced({ model: name }: MeteredRequest, { contextTokens }: Model): InvalidRequest {
  return new InvalidRequest(
    `Prompts above ${contextTokens} tokens have no price for the model ${name}: send a shorter prompt, or leave out the header that allows longer ones.`,
    'model',
    'unsupported_parameter',
  );
}
