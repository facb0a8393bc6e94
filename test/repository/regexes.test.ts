import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from 'recheck';
import ts from 'typescript';
import { ROOT, trackedFiles } from './tracked-files';

// A pattern that takes ever longer for a text made to measure is a way to stop a server with one request.

const TIMEOUT_MS = 60_000;
jest.setTimeout(TIMEOUT_MS);

interface Pattern {
  readonly at: string;
  readonly source: string;
  readonly flags: string;
}

function patternsOf(file: string): Pattern[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ESNext, true);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ at: `${file}:${line + 1}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const patterns = trackedFiles()
  .filter((file) => /^(lambdas|web)\/.*\.tsx?$/.test(file) && !file.includes('/generated/'))
  .flatMap(patternsOf);

/** Its binary takes a fraction of the time of its JavaScript, and is not there for every machine. */
const PLATFORMS: { readonly [name: string]: string } = {
  'linux x64': 'linux-x64',
  'darwin x64': 'macos-x64',
  'darwin arm64': 'macos-arm64',
  'win32 x64': 'windows-x64',
};
process.env['RECHECK_BACKEND'] = hasBinary() ? 'native' : 'pure';

function hasBinary(): boolean {
  try {
    return require.resolve(`recheck-${PLATFORMS[`${process.platform} ${process.arch}`] ?? ''}/package.json`) !== '';
  } catch {
    return false;
  }
}

/** Each once. */
const distinct = [...new Map(patterns.map((pattern) => [`${pattern.source} ${pattern.flags}`, pattern])).values()];

test.each(distinct.map((pattern) => [pattern.at, pattern] as const))(
  '%s is matched in linear time',
  async (_at, pattern) => {
    const { status } = await check(pattern.source, pattern.flags, { timeout: TIMEOUT_MS });
    expect({ ...pattern, status }).toEqual({ ...pattern, status: 'safe' });
  },
);

test('a pattern that is not would be found', async () => {
  expect(patterns.length).toBeGreaterThan(20);
  expect((await check('^(a+)+$', '')).status).toBe('vulnerable');
});
