import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

/** The names under which distributions install it. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** Any name but this machine's address does not resolve, so a page cannot reach another host. */
const ONLY_THIS_MACHINE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1';
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** A start that hangs ends here. It takes a second or two. */
const START_TIMEOUT_MS = 180_000;

const program = (): string | undefined =>
  PROGRAMS.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find((path) => path !== '');

/** Returns why no browser can run here, or `undefined` if one can. */
export function browserObstacle(): string | undefined {
  const path = program();
  if (path === undefined) return 'Chromium is not installed';
  const { status } = spawnSync(path, ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'Chromium does not start';
}

/** Starts the machine's Chromium without a window. */
export function openBrowser(): Promise<Browser> {
  const executablePath = program();
  if (executablePath === undefined) throw new Error(browserObstacle());
  return chromium.launch({ executablePath, args: [ONLY_THIS_MACHINE, ...QUIET], timeout: START_TIMEOUT_MS });
}
