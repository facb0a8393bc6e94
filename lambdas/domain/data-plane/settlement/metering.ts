import type { RequestStatus } from '../../../contracts/storage/usage-record';
import type { Usage } from '../../../contracts/storage/units';
import type { Dialect } from '../../../contracts/storage/catalog';
import { readAnthropicUsage, readOpenaiUsage, type UsageReading } from '../../usage/provider-usage';
import type { Answer } from '../provider/provider-attempt';
import type { StreamReading } from '../streaming/stream-meter';
import type { WholeAnswer } from '../provider/whole-answer';

/** The most that the request can have used: what the hold was made for. */
export interface UsageBound {
  readonly inputTokensMax: number;
  readonly outputTokensMax: number;
}

/** What a request used, and how we know. */
export interface Metered {
  readonly status: RequestStatus;
  readonly usage: Usage;
  /** Whether `usage` is our upper bound rather than the provider's report. */
  readonly estimated: boolean;
  /** Whether the provider reported something that cannot be. */
  readonly malformed: boolean;
  /** Units the provider charges for and we have no price for. */
  readonly unbilled: readonly string[];
}

const NOTHING = { usage: {}, estimated: false, malformed: false, unbilled: [] } as const;

/** Turns what came of a request into what it used. A report is believed; without one an upper bound is charged. */
export function meter(answer: Answer, clientGone: boolean, dialect: Dialect, bound: UsageBound): Metered {
  switch (answer.kind) {
    case 'failed':
      return { status: 'provider_error', ...NOTHING };
    case 'gone':
      if (!answer.sent) return { status: 'client_gone', ...NOTHING };
      // The provider had the prompt and was working on it; nothing of an answer was seen.
      return { status: 'client_gone', ...NOTHING, usage: { input: bound.inputTokensMax }, estimated: true };
    case 'cancelled':
      return { status: 'cancelled', ...(answer.sent ? unseen(bound) : NOTHING) };
    case 'stopped':
      return { status: 'interrupted', ...(answer.sent ? unseen(bound) : NOTHING) };
    case 'body':
      if (!answer.isAnswer) return { status: 'provider_error', ...NOTHING };
      return { status: clientGone ? 'client_gone' : 'completed', ...meterBody(answer, dialect, bound) };
    case 'oversized':
      // Clients can bring it about, so it is not free: the provider is paid for it.
      return { status: 'interrupted', ...unseen(bound) };
    case 'stream':
      return { status: streamStatus(answer), ...meterStream(answer, dialect, bound) };
  }
}

function streamStatus(answer: Answer & { kind: 'stream' }): RequestStatus {
  if (answer.end === 'gone') return 'client_gone';
  if (answer.end === 'cancelled') return 'cancelled';
  return answer.end !== 'whole' || answer.reading.failed ? 'interrupted' : 'completed';
}

type Counted = Omit<Metered, 'status'>;

/** Of an answer that nobody saw, all that it can have cost is its bound. */
function unseen(bound: UsageBound): Counted {
  return count({ kind: 'absent' }, bound);
}

function meterBody({ usage, body }: WholeAnswer, dialect: Dialect, bound: UsageBound): Counted {
  const reading = dialect === 'anthropic' ? readAnthropicUsage(usage) : readOpenaiUsage(usage);
  return count(reading, {
    inputTokensMax: bound.inputTokensMax,
    outputTokensMax: Math.min(body.length, bound.outputTokensMax),
  });
}

function meterStream(answer: Answer & { kind: 'stream' }, dialect: Dialect, bound: UsageBound): Counted {
  const { reading, end } = answer;
  // A provider that broke off or failed before it produced anything is not paid for its silence.
  if ((end === 'cut' || reading.failed) && reading.usage.kind === 'absent' && reading.outputBytes === 0) return NOTHING;
  const seen = {
    inputTokensMax: bound.inputTokensMax,
    outputTokensMax: Math.min(reading.outputBytes, bound.outputTokensMax),
  };
  const counted = count(reading.usage, seen);
  return dialect === 'anthropic' && !reading.complete ? withOutputSeen(counted, reading, seen) : counted;
}

/** Anthropic reports the input at once and the output at the end: of a stream that ended early, the output is bounded. */
function withOutputSeen(counted: Counted, reading: StreamReading, seen: UsageBound): Counted {
  if (reading.usage.kind !== 'reported' || seen.outputTokensMax <= (counted.usage.output ?? 0)) return counted;
  return { ...counted, usage: { ...counted.usage, output: seen.outputTokensMax }, estimated: true };
}

function count(reading: UsageReading, bound: UsageBound): Counted {
  if (reading.kind === 'reported')
    return { usage: reading.usage, estimated: false, malformed: false, unbilled: reading.unbilled };
  const usage = { input: bound.inputTokensMax, output: bound.outputTokensMax };
  return { usage, estimated: true, malformed: reading.kind === 'malformed', unbilled: [] };
}
