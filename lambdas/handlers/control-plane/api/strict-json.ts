import { InvalidInput } from '../../../domain/errors/refusal';

const DEPTH_MAX = 16;

/** A string, with the colon behind it that makes it a member's name; or a bracket. For valid JSON only. */
const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g;

/**
 * Reads JSON (RFC 8259) that means one thing to every reader. Throws InvalidInput for what is no JSON, names a member
 * twice or is nested deeper than any request of ours.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('is not valid JSON');
  }
  let names = 0;
  let depth = 0;
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === '}' || token === ']') depth -= 1;
    else if (token === '{' || token === '[') depth += 1;
    else if (colon !== undefined) names += 1;
    if (depth > DEPTH_MAX) throw invalid(`is nested deeper than ${DEPTH_MAX}`);
  }
  // The parser keeps one member of each name.
  if (countNames(value) !== names) throw invalid('names a member twice');
  return value;
}

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const within = Object.values(value).reduce<number>((count, part) => count + countNames(part), 0);
  return Array.isArray(value) ? within : within + Object.keys(value).length;
}

const invalid = (detail: string): InvalidInput => new InvalidInput([{ pointer: '', detail }]);
