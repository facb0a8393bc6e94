import { AppError, type ErrorKind } from '../../errors/app-error';
import type { Answer, WholeAnswer } from './answer';
import type { ProviderFailure } from './provider-client';

const KINDS = { 502: 'server', 503: 'overloaded', 504: 'timeout' } as const;

/** The provider failed, after fallbacks. The message may carry the provider's text, so it is never persisted. */
export class ProviderFailed extends AppError {
  readonly status: keyof typeof KINDS;
  override readonly code = 'provider_error';
  readonly kind: ErrorKind;
  constructor(status: keyof typeof KINDS, message: string, retryAfterSeconds?: number) {
    super(message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    this.status = status;
    this.kind = KINDS[status];
  }
}

/** Limits how much of a provider's own text we include in a message. */
const TEXT_CHARACTERS_MAX = 2_000;

const FAILURES: { readonly [failure in ProviderFailure]: readonly [502 | 504, string] } = {
  unreachable: [502, 'could not be reached'],
  broken: [502, 'broke off its answer'],
  timeout: [504, 'did not answer in time'],
};

/**
 * The provider rejects the operator (its key, its bill). The client does not see the text, which may contain the key.
 */
const OPERATOR_STATUSES = new Set([401, 402, 403, 407]);

/** These refusals are temporary, and another provider may accept the request. */
const PASSING_STATUSES = new Set([408, 429]);

/** Whether another provider could succeed, because the request is not at fault. */
export function shouldTryNextTarget(answer: Answer): boolean {
  if (answer.kind === 'failed') return true;
  return answer.kind === 'body' && answer.reading === undefined && !isRequestAtFault(answer.status);
}

function isRequestAtFault(status: number): boolean {
  return status >= 400 && status < 500 && !PASSING_STATUSES.has(status) && !OPERATOR_STATUSES.has(status);
}

export function failureError(provider: string, failure: ProviderFailure): ProviderFailed {
  const [status, what] = FAILURES[failure];
  return new ProviderFailed(status, `The provider ${provider} ${what}.`);
}

export function oversizedError(provider: string): ProviderFailed {
  return new ProviderFailed(
    502,
    `The answer of the provider ${provider} is too large to be passed on; ask for less at once.`,
  );
}

/**
 * @returns undefined when the provider's answer, or its refusal of the request, is passed on to the client unchanged
 */
export function statusError(provider: string, answer: WholeAnswer): ProviderFailed | undefined {
  const { status, headers, reading } = answer;
  if (reading !== undefined || isRequestAtFault(status)) return undefined;
  if (OPERATOR_STATUSES.has(status)) return new ProviderFailed(502, `The provider ${provider} answered ${status}.`);
  const message = answered(provider, answer);
  if (status === 408 || status === 504) return new ProviderFailed(504, message);
  const retryAfter = Number(headers['retry-after']);
  const seconds = Number.isInteger(retryAfter) && retryAfter >= 0 ? retryAfter : undefined;
  if (status === 429 || status === 503 || status === 529) return new ProviderFailed(503, message, seconds);
  return new ProviderFailed(502, message);
}

/** The error for a stream that has begun when the provider sent a whole answer, which can no longer be passed on. */
export function unstreamedError(
  provider: string,
  answer: Answer & { readonly kind: 'body' | 'passed' },
): ProviderFailed {
  if (answer.kind === 'passed' || answer.reading !== undefined)
    return new ProviderFailed(502, `The provider ${provider} did not stream its answer.`);
  return new ProviderFailed(502, answered(provider, answer));
}

function answered(provider: string, { status, body }: WholeAnswer): string {
  return `The provider ${provider} answered ${status}: ${providerText(body)}`;
}

function providerText(body: Buffer): string {
  const text = body.toString('utf8', 0, 4 * TEXT_CHARACTERS_MAX);
  try {
    const parsed = JSON.parse(text) as { error?: { message?: unknown } } | null;
    if (typeof parsed?.error?.message === 'string') return parsed.error.message.slice(0, TEXT_CHARACTERS_MAX);
  } catch {
    // The answer is not JSON: its text is the provider's message.
  }
  return text.slice(0, TEXT_CHARACTERS_MAX);
}
