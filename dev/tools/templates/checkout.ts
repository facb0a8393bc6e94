import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readStacks, type SynthesizedStacks } from './synthesized-stacks';

const APP = 'bin/tollgate.ts';

/**
 * Opens the checkout in a folder, or unpacks a git revision into `scratch`. A revision uses the packages that are
 * installed here; to compare a release with its own packages, give a folder.
 *
 * @throws Error when the argument is neither such a folder nor a revision
 */
export function openCheckout(folderOrRevision: string, scratch: string): string {
  if (existsSync(join(folderOrRevision, APP))) return resolve(folderOrRevision);
  const folder = mkdtempSync(join(scratch, 'checkout-'));
  const archive = join(scratch, 'checkout.tar');
  execFileSync('git', ['archive', '--format=tar', '--output', archive, folderOrRevision]);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

/**
 * Runs the app of a checkout as the CDK command does, without bundling its functions. The environment is empty, so
 * that the caller's credentials cannot change a template.
 *
 * @throws Error when the app refuses the configuration or a rule pack finds something
 */
export async function synthesize(checkout: string, configuration: object): Promise<SynthesizedStacks> {
  const { context } = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8')) as { readonly context: object };
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-synthesis-'));
  const env = {
    CDK_OUTDIR: folder,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [], tollgate: configuration }),
  };
  try {
    await promisify(execFile)(process.execPath, ['--import', 'tsx', APP], { cwd: checkout, env });
    return readStacks(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
