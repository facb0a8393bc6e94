import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file that a command names cannot be used; the message says why in one line. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UnusableFile(`The file "${file.slice(0, 200)}" cannot be read.`);
  }
}

/** A file's text, or the texts of all files of a folder and of those in it, in the order of their paths. */
export function readTexts(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return readText(path);
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).sort();
  return paths.map(readText).join('\n');
}
