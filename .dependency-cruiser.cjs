/** The layers of docs/architecture.md: each may import itself and what is listed, and nothing else of ours. */
const LAYERS = {
  bin: { at: 'bin', imports: ['lib'] },
  lib: { at: 'lib', imports: ['lambdas/contracts'] },
  handlers: { at: 'lambdas/handlers', imports: ['lambdas/adapters', 'lambdas/domain', 'lambdas/contracts'] },
  adapters: { at: 'lambdas/adapters', imports: ['lambdas/domain', 'lambdas/contracts'] },
  domain: { at: 'lambdas/domain', imports: ['lambdas/contracts'] },
  contracts: { at: 'lambdas/contracts', imports: [] },
  web: { at: 'web', imports: ['lambdas/contracts'] },
  dev: {
    at: 'dev',
    imports: ['lambdas/handlers', 'lambdas/adapters', 'lambdas/domain', 'lambdas/contracts'],
  },
};

const OURS = '^(bin|lib|lambdas|web|dev|test|bench)/';

/** A package's files, or its bare name where it is not installed. */
const packages = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;

const layerRules = Object.entries(LAYERS).map(([name, { at, imports }]) => ({
  name: `${name}-layer`,
  comment: `${at} may import ${imports.length > 0 ? imports.join(', ') : 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${at}/` },
  to: { path: OURS, pathNot: [at, ...imports].map((folder) => `^${folder}/`) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-cycles',
      comment: 'What is generated is its generator’s business.',
      severity: 'error',
      from: { pathNot: '^web/src/api/generated/' },
      to: { circular: true },
    },
    {
      name: 'pure-domain-packages',
      comment:
        'The domain knows no cloud, no payment provider, no HTTP client: it owns ports, adapters implement them.',
      severity: 'error',
      from: { path: '^lambdas/(domain|contracts)/' },
      to: {
        path: packages(
          '@aws-sdk',
          '@aws-lambda-powertools',
          '@middy',
          '@smithy',
          'aws-jwt-verify',
          'aws-lambda-stream',
          'hono',
          'stripe',
          'undici',
        ),
      },
    },
    {
      name: 'pure-domain-core',
      comment: 'Of Node itself only what neither reads nor writes anything outside the process.',
      severity: 'error',
      from: { path: '^lambdas/(domain|contracts)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto|stream)(/|$)' },
    },
    {
      name: 'no-cdk-at-run-time',
      severity: 'error',
      from: { path: '^(lambdas|web)/' },
      to: { path: packages('aws-cdk-lib', 'constructs', 'cdk-nag') },
    },
    {
      name: 'no-dev-dependency',
      comment: 'What is deployed, and what deploys it, stands on declared dependencies. A type alone is no dependency.',
      severity: 'error',
      from: { path: '^(bin|lib|lambdas)/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: OURS },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // A type import is a dependency too: it says who knows whom.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(cdk\\.out|coverage|\\.cache|\\.tollgate)/' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
