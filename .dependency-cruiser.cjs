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
    at: 'dev(?!/tools)',
    imports: ['dev', 'lambdas/handlers', 'lambdas/adapters', 'lambdas/domain', 'lambdas/contracts'],
  },
  // Only tools may load the CDK: the local gateway and the command line would start slowly with it (docs/adr/0031).
  tools: { at: 'dev/tools', imports: ['dev', 'lib', 'lambdas'] },
};

/**
 * The features of lambdas/domain, the lowest floor first. A feature may import the features of lower floors, and
 * nothing of its own floor or above. A folder within a feature can have a floor of its own.
 */
const FLOORS = [
  ['bounded-map.ts', 'clock.ts', 'headers.ts', 'in-parallel.ts', 'local-day.ts', 'log.ts', 'open-once.ts', 'secret.ts'],
  ['money', 'table'],
  ['errors', 'restrictions'],
  ['attempts', 'edge', 'identity', 'notifications'],
  ['access'],
  ['audit'],
  ['catalog', 'people'],
  ['usage'],
  ['receipts', 'wallet'],
  ['accounts'],
  ['keys', 'payments', 'notifications/webhooks'],
  ['federation', 'policies', 'support', 'usage/spend-watch'],
  ['dialects'],
  ['data-plane'],
  ['privacy'],
];

const DOMAIN = 'lambdas/domain';

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

/** Matches a feature's files, without those of a folder in it that has a floor of its own. */
function inFeature(feature) {
  const path = (name) => name.replaceAll('.', '\\.');
  const within = FLOORS.flat().filter((other) => other.startsWith(`${feature}/`));
  return `^${DOMAIN}/${within.map((other) => `(?!${path(other)}/)`).join('')}${path(feature)}(/|$)`;
}

const floorRules = FLOORS.flatMap((floor, height) =>
  floor.map((feature) => {
    const below = FLOORS.slice(0, height).flat();
    return {
      name: `${feature.replace(/\.ts$/, '').replace('/', '-')}-floor`,
      comment: `${DOMAIN}/${feature} may import only what is below it: ${below.join(', ') || 'nothing'}.`,
      severity: 'error',
      from: { path: inFeature(feature) },
      to: { path: `^${DOMAIN}/`, pathNot: [feature, ...below].map(inFeature) },
    };
  }),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    ...floorRules,
    {
      name: 'feature-without-floor',
      comment: `Give every folder and file of ${DOMAIN} a floor in FLOORS, as low as its imports allow.`,
      severity: 'error',
      from: { path: `^${DOMAIN}/`, pathNot: FLOORS.flat().map(inFeature) },
      to: {},
    },
    {
      name: 'constructs-floor',
      comment: 'lib/constructs and lib/compliance serve every feature, so they may import neither features nor stacks.',
      severity: 'error',
      from: { path: '^lib/(constructs|compliance)/' },
      to: { path: '^lib/', pathNot: ['^lib/(constructs|compliance)/', '^lib/config\\.ts$'] },
    },
    {
      name: 'stacks-floor',
      comment: 'A construct receives the resources that it uses: only the app and the stacks themselves know stacks.',
      severity: 'error',
      from: { path: '^lib/', pathNot: ['^lib/stacks/', '^lib/tollgate\\.ts$'] },
      to: { path: '^lib/stacks/' },
    },
    {
      name: 'no-cycles',
      comment: 'Files must not import each other in a circle. Generated code is exempt, because its generator decides.',
      severity: 'error',
      from: { pathNot: '^web/src/api/generated/' },
      to: { circular: true },
    },
    {
      name: 'pure-domain-packages',
      comment:
        'The domain does not know a cloud, a payment provider or an HTTP client: it owns ports, and adapters implement them.',
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
      comment: 'The domain may use only those modules of Node that stay within the process.',
      severity: 'error',
      from: { path: '^lambdas/(domain|contracts)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto|stream)(/|$)' },
    },
    {
      name: 'no-cdk-at-run-time',
      comment: 'Only the code that deploys the stacks uses the CDK.',
      severity: 'error',
      from: { path: '^(lambdas|web)/' },
      to: { path: packages('aws-cdk-lib', 'constructs', 'cdk-nag') },
    },
    {
      name: 'no-dev-dependency',
      comment:
        'Deployed code, and the code that deploys it, may import only declared dependencies. Types do not count.',
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
      comment: 'Every import must lead to a file or an installed package.',
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
