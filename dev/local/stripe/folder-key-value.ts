import { appendFileSync, writeFileSync } from 'node:fs';
import type { DataFolder } from '../folder/data-folder';
import type { KeyValuePort } from './state/key-value';

const FILE = 'stripe.jsonl';
const FILE_MODE = 0o600;

/** Keeps the state of the local Stripe in the data folder: a line per change, of which the last of a key counts. */
export function folderKeyValue(folder: DataFolder): KeyValuePort {
  const entries = new Map<string, string>();
  for (const line of (folder.read(FILE) ?? '').split('\n')) {
    const entry = readLine(line);
    if (entry) entries.set(...entry);
  }
  const path = folder.file(FILE);
  // Begins anew with one line per key, because a key changes often.
  writeFileSync(path, [...entries].map(lineOf).join(''), { mode: FILE_MODE });
  return {
    load: () => entries,
    set: (key, value) => appendFileSync(path, lineOf([key, value])),
  };
}

const lineOf = (entry: readonly [key: string, value: string]): string => `${JSON.stringify(entry)}\n`;

/** @returns undefined for a line that a crash cut off */
function readLine(line: string): [string, string] | undefined {
  try {
    const [key, value] = JSON.parse(line) as readonly unknown[];
    return typeof key === 'string' && typeof value === 'string' ? [key, value] : undefined;
  } catch {
    return undefined;
  }
}
