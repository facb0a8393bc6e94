import tseslint from 'typescript-eslint';

/** Rules of ESLint's core that catch mistakes and that the TypeScript configuration does not include. */
const CORE_RULES = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-async-promise-executor': 'error',
  'no-constant-binary-expression': 'error',
  'no-control-regex': 'error',
  'no-dupe-else-if': 'error',
  'no-duplicate-case': 'error',
  'no-empty': 'error',
  'no-loss-of-precision': 'error',
  'no-misleading-character-class': 'error',
  'no-self-assign': 'error',
  'no-sparse-arrays': 'error',
  'no-template-curly-in-string': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-optional-chaining': 'error',
  'no-useless-catch': 'error',
  'use-isnan': 'error',
};

const TYPESCRIPT_RULES = {
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-confusing-void-expression': [
    'error',
    { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
  ],
  '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  // The in-memory store declares methods `async` without awaiting anything, so that errors become rejections.
  '@typescript-eslint/require-await': 'off',
};

/** Syntax that is banned everywhere. */
const BANNED_SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
  { selector: 'ExportAllDeclaration', message: 'Do not write barrel files: import from the file that defines it.' },
  {
    selector:
      'CallExpression[callee.name=/^(Number|parseInt|parseFloat)$/] > :matches(Identifier[name=/Pico$/], MemberExpression[property.name=/Pico$/]).arguments',
    message: 'Keep money as a bigint of pico-dollars: a number would lose digits.',
  },
];

const NAMED_AFTER_ONE = '/(dialect|endpoint)(id)?$/i';
/** A variable or property that holds a dialect or an endpoint, or the id of one. */
const DIALECT_OR_ENDPOINT = `:matches(${[
  `Identifier[name=${NAMED_AFTER_ONE}]`,
  `MemberExpression[property.name=${NAMED_AFTER_ONE}]`,
  `MemberExpression[property.name="id"][object.name=${NAMED_AFTER_ONE}]`,
  `MemberExpression[property.name="id"][object.property.name=${NAMED_AFTER_ONE}]`,
  `ChainExpression[expression.property.name=${NAMED_AFTER_ONE}]`,
  `ChainExpression[expression.property.name="id"][expression.object.name=${NAMED_AFTER_ONE}]`,
  `ChainExpression[expression.property.name="id"][expression.object.property.name=${NAMED_AFTER_ONE}]`,
].join(', ')})`;
const onDialect = (selector) => ({
  selector,
  message: 'Move code that depends on a dialect or an endpoint into its object in lambdas/domain/dialects.',
});

/** A branch on the name of a dialect or an endpoint: the engine serves every one of them alike. */
const DIALECT_BRANCHES = [
  ...['Literal[value=type(string)]', 'TemplateLiteral'].map((text) =>
    onDialect(`BinaryExpression[operator=/^[!=]==?$/]:has(> ${DIALECT_OR_ENDPOINT}):has(> ${text})`),
  ),
  onDialect(`SwitchStatement:has(> ${DIALECT_OR_ENDPOINT}.discriminant)`),
  onDialect(
    `CallExpression[callee.object.type="ArrayExpression"][callee.property.name="includes"] > ${DIALECT_OR_ENDPOINT}.arguments`,
  ),
];

const NAMING_RULES = {
  'no-restricted-syntax': ['error', ...BANNED_SYNTAX, ...DIALECT_BRANCHES],
  'no-restricted-imports': [
    'error',
    { patterns: [{ regex: '^\\.{1,2}/.*\\.(ts|js)$', message: 'Leave the extension out of a relative import.' }] },
  ],
};

const float = (selector) => ({ selector, message: 'Use integers: floating-point arithmetic rounds money and units.' });

/** Syntax that is banned in code in which a rounding error would change an amount of money. */
const FLOATING_POINT = [
  // The allowed functions return integers and reject a bigint, so they serve for time but not for money.
  float('MemberExpression[object.name="Math"]:not([property.name=/^(floor|min|max)$/])'),
  float('CallExpression[callee.name="parseFloat"]'),
  float('MemberExpression[object.name="Number"][property.name="parseFloat"]'),
  float('MemberExpression[property.name=/^(toFixed|toPrecision)$/]'),
  float('Literal[raw=/^[0-9_]*\\.[0-9]/]'),
];

const ENVIRONMENT_BAN = {
  object: 'process',
  property: 'env',
  message: 'Only the modules that read configuration may use process.env.',
};
const SOURCES = ['{bin,lib,lambdas,dev,web,bench}/**/*.{ts,tsx}'];
const TESTS = ['test/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'cdk.out/',
      'coverage/',
      '.cache/',
      '.tollgate/',
      'docs/generated/',
      'web/src/api/generated/',
      '**/dist/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['openapi-ts.config.ts', 'tollgate.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: { ...CORE_RULES, ...TYPESCRIPT_RULES, ...NAMING_RULES },
  },
  { files: ['**/*.{js,cjs,mjs}'], rules: CORE_RULES },
  {
    files: SOURCES,
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', ENVIRONMENT_BAN],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
    },
  },
  {
    files: ['lambdas/domain/{money,wallet,usage}/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...BANNED_SYNTAX, ...DIALECT_BRANCHES, ...FLOATING_POINT] },
  },
  {
    files: ['lambdas/domain/dialects/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...BANNED_SYNTAX, ...FLOATING_POINT] },
  },
  { files: ['lambdas/adapters/stdout-log.ts', 'dev/print.ts'], rules: { 'no-console': 'off' } },
  {
    files: [
      'lambdas/adapters/read-env.ts',
      'lib/config.ts',
      'dev/local/settings.ts',
      'dev/tools/python/cache-folder.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  // Jest loads these two files by their default export.
  { files: ['test/support/global-{setup,teardown}.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: TESTS,
    rules: {
      // A wrong non-null assertion fails the test, so it does no harm here.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-properties': [
        'error',
        ...['mock', 'doMock', 'unstable_mockModule'].map((property) => ({
          object: 'jest',
          property,
          message: 'Do not mock modules: pass another implementation of the port.',
        })),
      ],
    },
  },
);
