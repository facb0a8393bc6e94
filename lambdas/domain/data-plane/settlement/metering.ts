import type { RequestStatus } from '../../../contracts/storage/usage-record';
import { INPUT_UNITS, type Usage } from '../../../contracts/storage/units';
import type { AnswerReading, RequestBound } from '../../dialects/endpoint';
import { tokensIn, type UsageReading } from '../../dialects/usage-reading';
import type { Answer, WholeReading } from '../provider/answer';

/** The most that the request can have used, which is what its hold covers. */
type UsageBound = Pick<RequestBound, 'inputTokensMax' | 'outputTokensMax'>;

/** The usage of a request, and whether it was reported or estimated. */
export interface Metered {
  readonly status: RequestStatus;
  readonly usage: Usage;
  /** Whether `usage` is our upper bound rather than the provider's report. */
  readonly estimated: boolean;
  /** Whether the provider reported something impossible. */
  readonly malformed: boolean;
  /** Units that the provider charges for and the catalog has no price for. */
  readonly unbilled: readonly string[];
}

const NOTHING = { usage: {}, estimated: false, malformed: false, unbilled: [] } as const;

/**
 * Works out the usage of a request from its answer. A provider's report is believed; without one, an upper bound is
 * charged.
 */
export function meter(answer: Answer, clientGone: boolean, bound: UsageBound): Metered {
  switch (answer.kind) {
    case 'failed':
      return { status: 'provider_error', ...NOTHING };
    case 'gone':
      if (!answer.sent) return { status: 'client_gone', ...NOTHING };
      // The provider received the prompt and was working on it, but no part of an answer was seen.
      return { status: 'client_gone', ...NOTHING, usage: { input: bound.inputTokensMax }, estimated: true };
    case 'cancelled':
      return { status: 'cancelled', ...(answer.sent ? unseenUsage(bound) : NOTHING) };
    case 'stopped':
      return { status: 'interrupted', ...(answer.sent ? unseenUsage(bound) : NOTHING) };
    case 'body':
      if (answer.reading === undefined) return { status: 'provider_error', ...NOTHING };
      return { status: clientGone ? 'client_gone' : 'completed', ...meterBody(answer.reading, bound) };
    case 'passed':
      return { status: clientGone ? 'client_gone' : 'completed', ...meterBody(answer.reading, bound) };
    case 'broken_off':
      // A provider that breaks off is not paid for, as if it had broken off unseen. But a client that makes it wait must
      // not get a part of an answer for nothing.
      return answer.wasClientSlow
        ? { status: 'interrupted', ...unseenUsage(bound) }
        : { status: 'provider_error', ...NOTHING };
    case 'oversized':
      // Clients can cause this on purpose, and the provider is paid for it, so it is not free.
      return { status: 'interrupted', ...unseenUsage(bound) };
    case 'stream':
      return { status: streamStatus(answer), ...meterStream(answer, bound) };
  }
}

function streamStatus({ end, reading }: Answer & { kind: 'stream' }): RequestStatus {
  if (end === 'gone') return 'client_gone';
  // Anything else that ends a stream after its last event comes too late to interrupt it.
  if (reading.complete && !reading.failed) return 'completed';
  if (end === 'cancelled') return 'cancelled';
  return end !== 'whole' || reading.failed ? 'interrupted' : 'completed';
}

type Counted = Omit<Metered, 'status'>;

/** An answer that was never seen is charged its bound. */
function unseenUsage(bound: UsageBound): Counted {
  return count({ kind: 'absent' }, bound);
}

function meterBody(reading: WholeReading, bound: UsageBound): Counted {
  const seenBound = boundBySeen(reading, bound);
  return withOutputSeen(count(reading.usage, seenBound), reading, seenBound);
}

function meterStream({ reading, end }: Answer & { kind: 'stream' }, bound: UsageBound): Counted {
  // A provider that broke off or failed before it produced anything is not paid for its silence.
  const isSilent = reading.usage.kind === 'absent' && reading.producedTokensMax === 0;
  if ((end === 'cut' || reading.failed) && isSilent) return NOTHING;
  const seenBound = boundBySeen(reading, bound);
  return withOutputSeen(count(reading.usage, seenBound), reading, seenBound);
}

/** The bound, with its output lowered to the most that the received bytes can contain. */
function boundBySeen(
  { producedTokensMax }: AnswerReading,
  { inputTokensMax, outputTokensMax }: UsageBound,
): UsageBound {
  return { inputTokensMax, outputTokensMax: Math.min(producedTokensMax, outputTokensMax) };
}

/**
 * If a report does not cover the whole answer, its output is raised to what was seen, and a prompt of zero tokens, which
 * is a placeholder, to the bound.
 */
function withOutputSeen(counted: Counted, { usage, isUsageFinal = true }: WholeReading, seen: UsageBound): Counted {
  if (isUsageFinal || usage.kind !== 'reported') return counted;
  const raised = {
    ...(tokensIn(counted.usage, INPUT_UNITS) === 0 && { input: seen.inputTokensMax }),
    ...(seen.outputTokensMax > (counted.usage.output ?? 0) && { output: seen.outputTokensMax }),
  };
  if (Object.keys(raised).length === 0) return counted;
  return { ...counted, usage: { ...counted.usage, ...raised }, estimated: true };
}

function count(reading: UsageReading, bound: UsageBound): Counted {
  if (reading.kind === 'reported')
    return { usage: reading.usage, estimated: false, malformed: false, unbilled: reading.unbilled };
  const usage = { input: bound.inputTokensMax, output: bound.outputTokensMax };
  return { usage, estimated: true, malformed: reading.kind === 'malformed', unbilled: [] };
}
