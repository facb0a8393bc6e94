import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file given to a command cannot be used. The message says why in one line. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UnusableFile(`Cannot read the file "${file.slice(0, 200)}".`);
  }
}

/** Reads one file, or all files below a folder, joined in the order of their paths. */
export function readTexts(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return readText(path);
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).sort();
  return paths.map(readText).join('\n');
}
