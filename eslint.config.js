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

const NAMING_RULES = {
  'no-restricted-syntax': [
    'error',
    { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
    { selector: 'ExportAllDeclaration', message: 'Do not write barrel files: import from the file that defines it.' },
    {
      selector:
        'CallExpression[callee.name=/^(Number|parseInt|parseFloat)$/] > :matches(Identifier[name=/Pico$/], MemberExpression[property.name=/Pico$/]).arguments',
      message: 'Keep money as a bigint of pico-dollars: a number would lose digits.',
    },
  ],
  'no-restricted-imports': [
    'error',
    { patterns: [{ regex: '^\\.{1,2}/.*\\.(ts|js)$', message: 'Leave the extension out of a relative import.' }] },
  ],
};

const float = (selector) => ({ selector, message: 'Use integers: floating-point arithmetic rounds money and units.' });

/** Rules for code in which a rounding error would change an amount of money. */
const INTEGER_RULES = {
  'no-restricted-syntax': [
    ...NAMING_RULES['no-restricted-syntax'],
    // The allowed functions return integers and reject a bigint, so they serve for time but not for money.
    float('MemberExpression[object.name="Math"]:not([property.name=/^(floor|min|max)$/])'),
    float('CallExpression[callee.name="parseFloat"]'),
    float('MemberExpression[object.name="Number"][property.name="parseFloat"]'),
    float('MemberExpression[property.name=/^(toFixed|toPrecision)$/]'),
    float('Literal[raw=/^[0-9_]*\\.[0-9]/]'),
  ],
};

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
  { files: ['lambdas/domain/{money,wallet,usage}/**/*.ts'], rules: INTEGER_RULES },
  { files: ['lambdas/adapters/stdout-log.ts', 'dev/print.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['lambdas/adapters/read-env.ts', 'lib/config.ts', 'dev/local/settings.ts'],
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
