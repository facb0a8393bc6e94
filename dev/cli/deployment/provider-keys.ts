import { z } from 'zod';
import { providerKeysSecretSchema } from '../../../lambdas/contracts/deployment/secrets';

/** The providers' own API keys, by provider ID. */
export type ProviderKeys = Readonly<Record<string, string>>;

/** The given provider keys are invalid. The message never quotes the input, which may contain a misplaced key. */
export class InvalidProviderKeys extends Error {
  override readonly name = 'InvalidProviderKeys';
}

/** Keys are sent in a header, which allows no other characters. */
const KEY_SHAPE = /^[\x21-\x7e]{1,4096}$/;
const objectSchema = z.record(z.string(), z.string());

/**
 * Parses a JSON object by provider ID, or lines of `provider=key` with blank lines and `#` comments.
 * @throws InvalidProviderKeys when the text is neither, or names a provider that is not configured
 */
export function parseProviderKeys(text: string, providerIds: readonly string[]): ProviderKeys {
  const keys = text.trimStart().startsWith('{') ? parseObject(text) : parseLines(text);
  for (const [index, [id, key]] of keys.entries()) {
    const name = `Key ${index + 1}`;
    if (!providerIds.includes(id)) {
      throw new InvalidProviderKeys(`${name} is not for a configured provider (${providerIds.join(', ')}).`);
    }
    checkProviderKey(key, name);
  }
  return Object.fromEntries(keys);
}

/**
 * @param name what to call the key in the message
 * @throws InvalidProviderKeys when the key could not be sent in a header
 */
export function checkProviderKey(key: string, name: string): void {
  if (!KEY_SHAPE.test(key)) throw new InvalidProviderKeys(`${name} must be printable ASCII without spaces.`);
}

/** @throws InvalidProviderKeys when the stored text does not have the format that `init` writes */
export function parseStoredKeys(stored: string): ProviderKeys {
  if (stored.trim() === '') return {};
  const parsed = providerKeysSecretSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new InvalidProviderKeys(
    'The stored provider keys are not a JSON object of strings. Correct the secret by hand.',
  );
}

function parseObject(text: string): [id: string, key: string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message would quote the text.
    throw new InvalidProviderKeys('The provider keys are not valid JSON.');
  }
  const parsed = objectSchema.safeParse(value);
  if (!parsed.success) throw new InvalidProviderKeys('The provider keys must be a JSON object of strings.');
  return Object.entries(parsed.data);
}

function parseLines(text: string): [id: string, key: string][] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const [, id, key] = /^([^=]+)=(.+)$/.exec(trimmed) ?? [];
    if (id === undefined || key === undefined) {
      throw new InvalidProviderKeys(`Line ${index + 1} of the provider keys must have the form provider=key.`);
    }
    return [[id.trim(), key.trim()] as [string, string]];
  });
}
