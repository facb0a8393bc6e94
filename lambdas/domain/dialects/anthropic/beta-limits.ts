import type { ModelLimits } from '../dialect';

/** Betas that raise a model's own limit name the limit, such as `context-1m-2025-08-07` and `output-128k-2025-02-19`. */
const RAISED = /\b(context|output)-(\d{1,6})([km])\b/gi;

const UNITS: { readonly [unit: string]: number } = { k: 1_000, m: 1_000_000 };

/** The limits that an `anthropic-beta` header raises: the highest of each kind that it names. */
export function betaLimits(header: string | undefined): ModelLimits {
  const limits = { contextTokens: 0, outputTokensMax: 0 };
  for (const [, kind = '', count = '', unit = ''] of header?.matchAll(RAISED) ?? []) {
    const name = kind.toLowerCase() === 'context' ? 'contextTokens' : 'outputTokensMax';
    limits[name] = Math.max(limits[name], Number(count) * (UNITS[unit.toLowerCase()] ?? 1));
  }
  return limits;
}
