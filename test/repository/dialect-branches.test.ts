import { spawnSync } from 'node:child_process';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { ROOT } from './tracked-files';

const ENGINE = 'lambdas/domain/data-plane/gateway.ts';
const DIALECT = 'lambdas/domain/dialects/registry.ts';
const FILES = [
  ENGINE,
  'lambdas/domain/usage/charge.ts',
  'dev/print.ts',
  'web/src/app.tsx',
  'test/domain/x.test.ts',
  DIALECT,
];

type Options = NonNullable<Linter.RulesRecord[string]>;

/** The repository's syntax rule as ESLint resolves it for each file, in a separate process. */
function syntaxRules(): ReadonlyMap<string, Options> {
  const script = `
    import { ESLint } from 'eslint';
    const eslint = new ESLint();
    const rules = {};
    for (const file of ${JSON.stringify(FILES)})
      rules[file] = (await eslint.calculateConfigForFile(file)).rules['no-restricted-syntax'];
    process.stdout.write(JSON.stringify(rules));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return new Map(Object.entries(JSON.parse(stdout) as { [file: string]: Options }));
}

let rules: ReadonlyMap<string, Options>;
beforeAll(() => {
  rules = syntaxRules();
});

function complaints(file: string, code: string): readonly string[] {
  const messages = new Linter().verify(code, {
    files: ['**/*'],
    languageOptions: { parser },
    rules: { 'no-restricted-syntax': rules.get(file)! },
  });
  return messages.map(({ message }) => message);
}

const BRANCHES = [
  "if (dialect === 'openai') go();",
  "if ('openai' !== dialect) go();",
  "const x = provider.dialect === 'anthropic' ? 1 : 2;",
  "const x = this.#dialect == 'anthropic';",
  "const x = request.route.endpoint === 'chat';",
  "const x = call?.endpoint === 'chat';",
  "const x = endpoint?.id === 'chat' || call?.endpoint.id === 'chat';",
  "const x = endpoint.id !== 'embeddings';",
  "const x = route.endpoint.id === 'embeddings';",
  "const x = clientDialect === 'openai' || endpointId === `chat`;",
  "switch (endpoint) { case 'chat': go(); }",
  "switch (route.dialect) { case 'openai': go(); }",
  "const x = ['chat', 'messages'].includes(endpoint);",
];

test.each(BRANCHES)('the engine may not branch on a dialect or an endpoint: %s', (code) => {
  expect(complaints(ENGINE, code)).toContainEqual(expect.stringContaining('lambdas/domain/dialects'));
});

test.each(FILES.filter((file) => file !== DIALECT))('a branch on a dialect is refused in %s too', (file) => {
  expect(complaints(file, "if (dialect === 'openai') go();")).toHaveLength(1);
});

test.each(BRANCHES)('code in lambdas/domain/dialects may branch: %s', (code) => {
  expect(complaints(DIALECT, code)).toEqual([]);
});

test.each([
  'if (dialect === other.dialect) go();',
  'if (endpoint === undefined) go();',
  "if (typeof endpoint === 'string') go();",
  "if (route.kind === 'metered') go();",
  'const x = DIALECTS[provider.dialect].credentials(apiKey);',
])('the engine may still look at a dialect or an endpoint: %s', (code) => {
  expect(complaints(ENGINE, code)).toEqual([]);
});
