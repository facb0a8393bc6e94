import type { FailedAttempt } from '../../../contracts/storage/usage-record';
import { parseObject } from '../../dialects/json/parse-object';
import { errorText, isAboutOperator } from '../../dialects/provider-text';
import { isReport } from '../../dialects/read-counts';
import { AppError, type ErrorKind } from '../../errors/app-error';
import type { Answer, WholeAnswer } from './answer';
import type { ProviderFailure } from './provider-client';

/** The kinds of the statuses that are sent for a provider. Any other status below 500 blames the request. */
const KINDS: { readonly [status: number]: ErrorKind } = {
  404: 'not_found',
  413: 'too_large',
  429: 'rate_limit',
  502: 'server',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

/** The provider failed, after fallbacks. The message may carry the provider's text, so it is never persisted. */
export class ProviderFailed extends AppError {
  readonly status: number;
  override readonly code = 'provider_error';
  readonly kind: ErrorKind;
  constructor(status: number, message: string, headers: { readonly [name: string]: string } = {}) {
    super(message, { headers });
    this.status = status;
    this.kind = KINDS[status] ?? 'invalid_request';
  }
}

/** Limits how much of a provider's own text we include in a message. */
const TEXT_CHARACTERS_MAX = 2_000;
const TEXT_BYTES_MAX = 4 * TEXT_CHARACTERS_MAX;

const FAILURES: { readonly [failure in ProviderFailure]: readonly [502 | 503 | 504, string] } = {
  unreachable: [502, 'could not be reached'],
  broken: [502, 'broke off its answer'],
  timeout: [504, 'did not answer in time'],
  logs_content: [503, 'keeps a log of prompts and answers, so it gets no request until its operator switches that off'],
  logging_unknown: [503, 'does not tell whether it keeps a log of prompts and answers, so it gets no request'],
};

/**
 * The provider rejects the operator (its key, its bill). The client does not see the text, which may contain the key.
 */
const OPERATOR_STATUSES = new Set([401, 402, 403, 407]);

/** These refusals are temporary, and another provider may accept the request. */
const PASSING_STATUSES = new Set([408, 429]);

/** The fault of an answer after which the next target got the request. */
export function faultOf(answer: Answer): Omit<FailedAttempt, 'provider'> {
  if (answer.kind === 'failed') return { failure: answer.failure };
  return answer.kind === 'body' ? { httpStatus: answer.status } : {};
}

/** Whether another provider could succeed, because the request is not at fault. */
export function shouldTryNextTarget(answer: Answer): boolean {
  if (answer.kind === 'failed') return true;
  return answer.kind === 'body' && answer.reading === undefined && !isRequestAtFault(answer);
}

/** A refusal that is about the operator does not blame the request, whatever its status. */
function isRequestAtFault(answer: WholeAnswer): boolean {
  return isRefusal(answer.status) && !isAboutOperator(explanation(answer));
}

function isRefusal(status: number): boolean {
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
 * The error for the client. Where the provider's text is about the operator, or limits that are the operator's, a neutral
 * text takes its place; the status stays.
 * @returns undefined when the provider's answer, or its refusal of the request, is passed on to the client unchanged
 */
export function statusError(provider: string, answer: WholeAnswer): ProviderFailed | undefined {
  const { status, reading } = answer;
  if (reading !== undefined || isRequestAtFault(answer)) return undefined;
  if (isRefusal(status)) {
    const message = `The provider ${provider} refused the request for a reason that only the operator of this gateway can change.`;
    return new ProviderFailed(status, message);
  }
  if (OPERATOR_STATUSES.has(status)) return new ProviderFailed(502, `The provider ${provider} answered ${status}.`);
  if (status === 429) {
    const message = `The provider ${provider} limits what it serves at the moment: try again later.`;
    return new ProviderFailed(429, message, retryAfter(answer));
  }
  const message = answered(provider, answer);
  if (status === 408 || status === 504) return new ProviderFailed(504, message);
  if (status === 503 || status === 529) return new ProviderFailed(status, message, retryAfter(answer));
  return new ProviderFailed(502, message);
}

/** Seconds or a date: clients cannot use anything else. */
const RETRY_AFTER = /^(?:\d{1,9}|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/;

function retryAfter({ headers }: WholeAnswer): { readonly [name: string]: string } {
  const value = headers['retry-after'];
  return value !== undefined && RETRY_AFTER.test(value) ? { 'retry-after': value } : {};
}

/** The error for a stream in which the provider's own error was hidden. */
export function hiddenError(provider: string): ProviderFailed {
  return new ProviderFailed(502, `The provider ${provider} ended its answer with an error.`);
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

function answered(provider: string, answer: WholeAnswer): string {
  const what = `The provider ${provider} answered ${answer.status}`;
  const text = providerText(answer.body);
  return isAboutOperator(`${explanation(answer)} ${text}`) ? `${what}.` : `${what}: ${text}`;
}

/** The text in which the provider explains its error; all of it, where it is not JSON. */
function explanation({ body }: WholeAnswer): string {
  const text = body.toString('utf8', 0, TEXT_BYTES_MAX);
  const parsed = parseObject(text);
  return parsed === undefined ? text : errorText(parsed);
}

function providerText(body: Buffer): string {
  const text = body.toString('utf8', 0, TEXT_BYTES_MAX);
  const error = parseObject(text)?.['error'];
  const message = isReport(error) && typeof error['message'] === 'string' ? error['message'] : text;
  return message.slice(0, TEXT_CHARACTERS_MAX);
}
