/**
 * Part of `npm run check`: checks the templates of every configuration with cfn-lint, which knows the types, properties
 * and values that CloudFormation accepts in each region.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { print } from '../../dev/print';
import { type PythonProgram, pythonEnvironment, pythonObstacle } from '../../dev/tools/python/python-environment';
import { EDGE_REGION } from '../../lambdas/contracts/deployment/edge';
import { CONFIGURATIONS, type ConfigurationName } from './configurations';
import { synthesize } from './synthesis';

const CFN_LINT: PythonProgram = {
  name: 'cfn-lint',
  folder: 'cfn-lint',
  requirements: 'dev/tools/python/cfn-lint.txt',
};

/** Regions on four continents, for the stacks that may be in any. */
const REGIONS = [EDGE_REGION, 'eu-central-1', 'eu-west-1', 'ap-southeast-2', 'sa-east-1'];

/** W3005 objects to dependencies that CDK writes although a reference implies them. They do no harm. */
const IGNORED = ['W3005'];

/** Returns the exit code of cfn-lint, whose output goes to ours. */
function lint(python: string, regions: readonly string[], templates: readonly string[]): number {
  const options = ['--format', 'parseable', '--regions', ...regions, '--ignore-checks', ...IGNORED];
  const command = join(dirname(python), 'cfn-lint');
  const { status } = spawnSync(command, [...options, '--template', ...templates], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status ?? 1;
}

const obstacle = pythonObstacle(CFN_LINT);
if (obstacle === undefined) {
  const templates = (Object.keys(CONFIGURATIONS) as ConfigurationName[]).flatMap((name) => {
    const { folder } = synthesize(name);
    return readdirSync(folder)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(folder, file));
  });
  const isEdge = (template: string): boolean => template.endsWith('-edge.template.json');
  const python = await pythonEnvironment(CFN_LINT);
  const codes = [
    lint(python, [EDGE_REGION], templates.filter(isEdge)),
    lint(
      python,
      REGIONS,
      templates.filter((template) => !isEdge(template)),
    ),
  ];
  process.exitCode = Math.max(...codes);
} else {
  print(`skipped: cfn-lint, because ${obstacle}`);
}
