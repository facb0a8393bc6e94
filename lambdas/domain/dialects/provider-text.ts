import { isReport, type ProviderReport } from './read-counts';

/**
 * Phrases of providers about the operator: its organisation, bill, keys, and the limits of its account. They are narrow,
 * because a provider's error can repeat a name from the request.
 */
const ABOUT_OPERATOR: readonly RegExp[] = [
  /\b(?:org[-_]|proj_)(?=[a-z]*\d)[a-z0-9]{8,}\b/i,
  /\b(?:your|this|in|for) (?:\w+ )?organi[sz]ation\b/i,
  /\byour (?:account|plan|subscription|workspace)\b/i,
  /\bcredit balance\b|\bcurrent quota\b|\binsufficient_quota\b|\bbilling (?:\w+ )?(?:limit|details)\b/i,
  /\b(?:api usage|spend|spending) limits?\b/i,
  /\b(?:tokens|requests) per (?:min|minute|day)\b/i,
  /\bsk-[a-z0-9_*-]{8,}/i,
];

/** Whether a provider's text reveals something about the operator. Clients get a neutral text instead. */
export const isAboutOperator = (text: string): boolean => ABOUT_OPERATOR.some((phrase) => phrase.test(text));

/**
 * The text of a provider's error, with its code and type. The other members are left out: they can repeat the request.
 */
export function errorText({ error, message, detail }: ProviderReport): string {
  const parts = isReport(error) ? [error['message'], error['code'], error['type']] : [error, message, detail];
  return parts.filter((part) => typeof part === 'string').join(' ');
}
