import { isFilled } from '../../json/is-filled';
import { isReport, type ProviderReport } from '../../read-counts';
import type { UsageReading } from '../../usage-reading';
import { readOpenaiUsage } from '../usage';

/** The texts beside an event's choices that are never a part of the answer. */
const ENVELOPE = new Set([
  'id',
  'object',
  'type',
  'model',
  'system_fingerprint',
  'service_tier',
  'provider',
  'obfuscation',
]);

/**
 * Reads the usage of a chat completion, or of one event of its stream, from wherever its provider puts it: OpenAI's
 * `usage`, Groq's `x_groq.usage`, Moonshot's `choices[].usage`. A place with tokens wins over one without.
 * @param choices how many choices were asked for. Where each reports its own usage, the prompt is in every one, so these
 * are read only for a single choice
 */
export function readChatUsage(answer: ProviderReport, choices: number): UsageReading {
  const readings = usagePlaces(answer, choices).map(readOpenaiUsage);
  const isUsed = (reading: UsageReading) =>
    reading.kind === 'reported' && Object.values(reading.usage).some((tokens) => tokens > 0);
  return readings.find(isUsed) ?? readings.find(({ kind }) => kind !== 'absent') ?? { kind: 'absent' };
}

function usagePlaces(answer: ProviderReport, choices: number): readonly unknown[] {
  const { usage, x_groq: groq } = answer;
  const [first, ...others] = choicesOf(answer);
  const ofChoice = choices === 1 && others.length === 0 ? first?.['usage'] : undefined;
  return [usage, isReport(groq) ? groq['usage'] : undefined, ofChoice];
}

/** The choices of an answer that are objects. */
export function choicesOf({ choices }: ProviderReport): readonly ProviderReport[] {
  return Array.isArray(choices) ? choices.filter(isReport) : [];
}

/**
 * Whether an event carries usage and no part of the answer. Providers send such an event with no choices, or with a
 * choice in which everything is empty.
 * @param hasStopped whether the answer has stopped before, so that the assistant's role in a delta says nothing new
 */
export function isOnlyUsage(event: ProviderReport, hasStopped: boolean): boolean {
  const { choices, usage, x_groq: groq, ...others } = event;
  if (!isReport(usage) && !(isReport(groq) && isReport(groq['usage']))) return false;
  if (Object.entries(others).some(([name, value]) => !ENVELOPE.has(name) && isContent(name, value))) return false;
  if (!isFilled(choices)) return true;
  return Array.isArray(choices) && choices.every((choice) => isEmptyChoice(choice, hasStopped));
}

/** Some providers add lists of sources. Objects and numbers beside the choices are timings and the like. */
function isContent(name: string, value: unknown): boolean {
  if (name === 'error') return isFilled(value);
  return (Array.isArray(value) || typeof value === 'string') && value.length > 0;
}

function isEmptyChoice(choice: unknown, hasStopped: boolean): boolean {
  if (!isReport(choice)) return false;
  const { delta = null, ...others } = choice;
  const isBlankDelta =
    delta === null ||
    (isReport(delta) &&
      Object.entries(delta).every(([name, value]) => isBlank(value) || (hasStopped && name === 'role')));
  return (
    isBlankDelta &&
    Object.entries(others).every(([name, value]) => name === 'index' || name === 'usage' || isBlank(value))
  );
}

function isBlank(value: unknown): boolean {
  if (!isFilled(value) || value === '') return true;
  return typeof value === 'object' && Object.keys(value as object).length === 0;
}
