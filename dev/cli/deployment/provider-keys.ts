import { z } from 'zod';
import { providerKeysSecretSchema } from '../../../lambdas/contracts/deployment/secrets';

/** Providers' own API keys by provider id. */
export type ProviderKeys = Readonly<Record<string, string>>;

/** What was given as providers' keys is none. The message quotes nothing of it: a misplaced key would be shown. */
export class InvalidProviderKeys extends Error {
  override readonly name = 'InvalidProviderKeys';
}

/** Anything else could not be sent in a header. */
const KEY_SHAPE = /^[\x21-\x7e]{1,4096}$/;
const objectSchema = z.record(z.string(), z.string());

/**
 * Reads a JSON object by provider id, or lines of `provider=key` with blank lines and `#` comments.
 * @throws InvalidProviderKeys
 */
export function parseProviderKeys(text: string, providerIds: readonly string[]): ProviderKeys {
  const keys = text.trimStart().startsWith('{') ? parseObject(text) : parseLines(text);
  for (const [place, [id, key]] of keys.entries()) {
    const which = `The key in place ${place + 1}`;
    if (!providerIds.includes(id)) {
      throw new InvalidProviderKeys(`${which} is of no configured provider; configured: ${providerIds.join(', ')}.`);
    }
    checkProviderKey(key, which);
  }
  return Object.fromEntries(keys);
}

/** @throws InvalidProviderKeys */
export function checkProviderKey(key: string, which: string): void {
  if (!KEY_SHAPE.test(key)) throw new InvalidProviderKeys(`${which} is not printable ASCII without spaces.`);
}

/** @throws InvalidProviderKeys when the stored text is none that this deployment wrote */
export function parseStoredKeys(stored: string): ProviderKeys {
  if (stored.trim() === '') return {};
  const parsed = providerKeysSecretSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new InvalidProviderKeys('The secret with the provider keys holds something else than a JSON object of texts.');
}

function parseObject(text: string): [id: string, key: string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Its own message quotes the text.
    throw new InvalidProviderKeys('The provider keys are not valid JSON.');
  }
  const parsed = objectSchema.safeParse(value);
  if (!parsed.success) throw new InvalidProviderKeys('The provider keys are not a JSON object of texts.');
  return Object.entries(parsed.data);
}

function parseLines(text: string): [id: string, key: string][] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const [, id, key] = /^([^=]+)=(.+)$/.exec(trimmed) ?? [];
    if (id === undefined || key === undefined) {
      throw new InvalidProviderKeys(`Line ${index + 1} of the provider keys is not provider=key.`);
    }
    return [[id.trim(), key.trim()] as [string, string]];
  });
}
