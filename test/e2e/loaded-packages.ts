import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** The part of a path after the last `node_modules`: the package that a file belongs to. */
const PACKAGE = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/**
 * The packages whose code a process loaded, by `import` or by `require`.
 * @param folder the process's NODE_V8_COVERAGE, to which Node writes the scripts of a process when it exits
 */
export function loadedPackages(folder: string): string[] {
  const urls = readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Coverage;
    return result.map(({ url }) => url);
  });
  return [...new Set(urls.flatMap((url) => PACKAGE.exec(url)?.[1] ?? []))];
}
