import { ProviderFailed } from '../errors/app-error';
import type { Answer } from './provider-attempt';
import type { ProviderFailure } from './provider-client';

/** How much of a provider's own words goes into our message. */
const TEXT_CHARACTERS_MAX = 2_000;

const FAILURES: { readonly [failure in ProviderFailure]: readonly [502 | 504, string] } = {
  unreachable: [502, 'could not be reached'],
  broken: [502, 'broke off its answer'],
  timeout: [504, 'did not answer in time'],
};

/** The operator's own trouble with the provider (its key, its bill): not the client's, and its text may name the key. */
const OPERATOR_STATUSES = new Set([401, 402, 403, 407]);

/** Whether another provider may do better: the fault is not in the request. */
export function isWorthAnother(answer: Answer): boolean {
  if (answer.kind === 'failed') return true;
  return answer.kind === 'body' && (answer.status >= 500 || answer.status === 429 || answer.status === 408 || OPERATOR_STATUSES.has(answer.status));
}

export function failureError(provider: string, failure: ProviderFailure): ProviderFailed {
  const [status, what] = FAILURES[failure];
  return new ProviderFailed(status, `The provider ${provider} ${what}.`);
}

/** @returns undefined when the provider's refusal is the client's to see as it is: the request was at fault */
export function statusError(provider: string, answer: Answer & { kind: 'body' }): ProviderFailed | undefined {
  const { status } = answer;
  if (status >= 200 && status < 500 && !isWorthAnother(answer)) return undefined;
  const told = `The provider ${provider} answered ${status}`;
  if (OPERATOR_STATUSES.has(status)) return new ProviderFailed(502, `${told}.`);
  const message = `${told}: ${providerText(answer.body)}`;
  if (status === 408 || status === 504) return new ProviderFailed(504, message);
  const retryAfter = Number(answer.headers['retry-after']);
  const seconds = Number.isInteger(retryAfter) && retryAfter >= 0 ? retryAfter : undefined;
  if (status === 429 || status === 503 || status === 529) return new ProviderFailed(503, message, seconds);
  return new ProviderFailed(502, message);
}

function providerText(body: Buffer): string {
  const text = body.toString('utf8', 0, 4 * TEXT_CHARACTERS_MAX);
  try {
    const parsed = JSON.parse(text) as { error?: { message?: unknown } } | null;
    if (typeof parsed?.error?.message === 'string') return parsed.error.message.slice(0, TEXT_CHARACTERS_MAX);
  } catch {
    // Not JSON: the text itself is what the provider said.
  }
  return text.slice(0, TEXT_CHARACTERS_MAX);
}
