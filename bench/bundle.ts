import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles a program into plain JavaScript, so that the benchmark does not measure tsx.
 * @returns the path of the bundle, in the folder
 */
export async function bundle(source: URL, folder: string): Promise<string> {
  const entry = fileURLToPath(source);
  await build({
    entryPoints: [entry],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Lazily imported code goes to files of its own, which Node reads only when they are needed.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Bundled CommonJS packages still load Node's built-in modules with `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // A native module cannot be bundled. It is loaded from node_modules of a folder above the bundle.
    logLevel: 'error',
  });
  return join(folder, `${basename(entry, '.ts')}.mjs`);
}
