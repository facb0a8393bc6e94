import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from 'recheck';
import ts from 'typescript';
import { ROOT, trackedFiles } from './tracked-files';

// A pattern with super-linear matching time lets one crafted request block a server (ReDoS).

const TIMEOUT_MS = 60_000;
/**
 * The checker tries random inputs on patterns that it cannot analyse; a fixed seed makes every run try the same. It counts
 * the steps of each attempt. Its limits of time are off, because it calls a pattern vulnerable when a busy machine exceeds
 * them.
 */
const CHECK = {
  timeout: TIMEOUT_MS,
  randomSeed: 1,
  seedingTimeout: null,
  incubationTimeout: null,
  attackTimeout: null,
};
jest.setTimeout(TIMEOUT_MS);

interface Pattern {
  readonly at: string;
  readonly source: string;
  readonly flags: string;
}

function patternsOf(file: string, text = readFileSync(join(ROOT, file), 'utf8')): Pattern[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const patterns: Pattern[] = [];
  const add = (node: ts.Node, pattern: Omit<Pattern, 'at'>) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    patterns.push({ at: `${file}:${line + 1}`, ...pattern });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, { source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    const isCall = ts.isNewExpression(node) || ts.isCallExpression(node);
    if (isCall && node.expression.getText() === 'RegExp') {
      const [pattern, flags] = (node.arguments ?? []).map((argument) => patternText(argument, source));
      add(node, { source: pattern ?? '', flags: flags ?? '' });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return patterns;
}

/**
 * Evaluates the source of a pattern that is built from strings and constants of its own file. A parameter is replaced
 * by a plain letter.
 * @throws Error when the pattern contains any other expression
 */
function patternText(node: ts.Expression, source: ts.SourceFile): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    const rest = node.templateSpans.map(({ expression, literal }) => patternText(expression, source) + literal.text);
    return node.head.text + rest.join('');
  }
  if (!ts.isIdentifier(node))
    throw new Error(`${source.fileName}: cannot check a pattern that contains ${node.getText()}`);
  const constants = source.statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) => [...statement.declarationList.declarations]);
  const initializer = constants.find(({ name }) => name.getText() === node.text)?.initializer;
  return initializer ? patternText(initializer, source) : 'x';
}

const patterns = trackedFiles()
  .filter((file) => /^(lambdas|web)\/.*\.tsx?$/.test(file) && !file.includes('/generated/'))
  .flatMap((file) => patternsOf(file));

/** The native packages of recheck. They are much faster than its JavaScript, but do not exist for every machine. */
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

const distinct = [...new Map(patterns.map((pattern) => [`${pattern.source} ${pattern.flags}`, pattern])).values()];

test.each(distinct.map((pattern) => [pattern.at, pattern] as const))(
  'the pattern at %s matches in linear time',
  async (_at, pattern) => {
    const { status } = await check(pattern.source, pattern.flags, CHECK);
    expect({ ...pattern, status }).toEqual({ ...pattern, status: 'safe' });
  },
);

test('the check finds patterns in literals and constructors, and detects a vulnerable one', async () => {
  expect(patterns.length).toBeGreaterThan(20);
  expect((await check('^(a+)+$', '')).status).toBe('vulnerable');
  const made = `const A = '(a+)'; const f = (b: string) => new RegExp(\`^\${b}\${A}+$\`, 'u');`;
  expect(patternsOf('made.ts', made)).toEqual([{ at: 'made.ts:1', source: '^x(a+)+$', flags: 'u' }]);
  expect(patterns.map(({ source }) => source)).toContain('^x_[0-9A-HJKMNP-TV-Z]{26}$');
});
