import { InvalidInput } from '../control-plane-errors';

const DEPTH_MAX = 16;

/**
 * Parses JSON (RFC 8259) that every parser reads the same way.
 * @throws InvalidInput for text that is not JSON, names a member twice or names one `__proto__`, or is nested deeper than
 * any valid request
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('is not valid JSON');
  }
  const { names, depth } = measure(text);
  if (depth > DEPTH_MAX) throw invalid(`is nested deeper than ${DEPTH_MAX}`);
  // JSON.parse keeps only the last of several members with the same name.
  if (countNames(value) !== names) throw invalid('names a member twice');
  if (namesPrototype(value)) throw invalid('names a member __proto__');
  return value;
}

/** Counts the members in valid JSON, and measures how deep it is nested. */
function measure(text: string): { readonly names: number; readonly depth: number } {
  let names = 0;
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') index = endOfString(text, index);
    else if (character === ':') names += 1;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return { names, depth: deepest };
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const within = Object.values(value).reduce<number>((count, part) => count + countNames(part), 0);
  return Array.isArray(value) ? within : within + Object.keys(value).length;
}

/** A schema that accepts any name would silently drop this one, and the member would have no effect. */
function namesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesPrototype);
}

const invalid = (detail: string): InvalidInput => new InvalidInput([{ pointer: '', detail }]);
