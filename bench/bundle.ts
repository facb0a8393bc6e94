import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles a program into plain JavaScript, so that the benchmark does not measure tsx.
 * @returns the path of the bundle, in the folder
 */
export async function bundle(source: URL, folder: string): Promise<string> {
  const entry = fileURLToPath(source);
  const outfile = join(folder, `${basename(entry, '.ts')}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Bundled CommonJS packages still load Node's built-in modules with `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // A native module cannot be bundled. It is loaded from node_modules of a folder above the bundle.
    external: ['lmdb'],
    logLevel: 'error',
  });
  return outfile;
}
