import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the app as `cdk synth` does, in a folder with the given configuration file. */
function synthWith(configFile: string): Promise<{ code: unknown; stderr: string }> {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tollgate.config.ts'), configFile);
  const [tsx, app] = [resolve('node_modules/.bin/tsx'), resolve('bin/tollgate.ts')];
  return new Promise((done) => {
    execFile(tsx, [app], { cwd: folder, timeout: 60_000 }, (error, _, stderr) => done({ code: error?.code, stderr }));
  });
}

test.each([
  [
    'export const config = { pitrDays: 35 };',
    'tollgate.pitrDays: must be at most 28 days, because erasure within 30 days includes backups.\n',
  ],
  ['export const settings = {};', 'tollgate.config.ts: must export its settings as config.\n'],
])(
  'the configuration file %j ends the synthesis with one sentence and nothing else',
  async (configFile, sentence) => {
    expect(await synthWith(configFile)).toEqual({ code: 1, stderr: sentence });
  },
  60_000,
);
