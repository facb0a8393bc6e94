import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readAssembly, type Resource } from '../../dev/tools/pages/assembly';
import { readStacks } from '../../dev/tools/templates/synthesized-stacks';
import { buildOnce } from '../support/build-once';
import type { ConfigurationName } from './configurations';

const CACHE = resolve('.cache');
const PREFIX = 'assemblies-';
const SCRIPT = 'test/infra/write-assemblies.ts';
/** Every file that a template or its synthesis depends on. */
const INPUTS = [
  'lib',
  'lambdas',
  'test/infra',
  'dev/tools/pages',
  'cdk.json',
  'package-lock.json',
  'tollgate.config.example.ts',
];

export type { Resource };

/** The output of one stack, as far as tests read it. */
interface Template {
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

interface SynthesizedStack {
  readonly name: string;
  readonly region: string;
  readonly outputs: NonNullable<Template['Outputs']>;
}

export interface Synthesis {
  /** The folder that the synthesis wrote. */
  readonly folder: string;
  readonly stacks: Readonly<Record<'stateful' | 'service' | 'edge', SynthesizedStack>>;
  /** The resources of all stacks by logical ID. */
  readonly resources: ReadonlyMap<string, Resource>;
}

/**
 * Returns the templates of a configuration. All configurations are synthesized together by the first test file that
 * needs one, and again only after a change: loading the CDK takes longer than a synthesis does.
 */
export function synthesize(name: ConfigurationName): Synthesis {
  current ??= assemblies();
  const folder = join(current, name);
  const all = Object.entries(readStacks(folder).stacks);
  const stack = (suffix: string): SynthesizedStack => {
    const [stackName, { environment, template }] = all.find(([each]) => each.endsWith(`-${suffix}`))!;
    const { Outputs = {} } = template as Template;
    return { name: stackName, region: environment.slice(environment.lastIndexOf('/') + 1), outputs: Outputs };
  };
  return {
    folder,
    stacks: { stateful: stack('stateful'), service: stack('service'), edge: stack('edge') },
    resources: new Map(readAssembly(folder).resources.map((resource) => [resource.logicalId, resource])),
  };
}

/** The folder of all configurations, once a test of this file has asked for one. */
let current: string | undefined;

function assemblies(): string {
  mkdirSync(CACHE, { recursive: true });
  const wanted = `${PREFIX}${digestOfInputs()}`;
  const folder = join(CACHE, wanted);
  buildOnce(folder, (unfinished) => {
    for (const each of readdirSync(CACHE)) {
      if (each.startsWith(PREFIX) && !each.startsWith(wanted)) rmSync(join(CACHE, each), { recursive: true });
    }
    execFileSync(process.execPath, ['--import', 'tsx', SCRIPT, unfinished], { stdio: ['ignore', 'ignore', 'inherit'] });
  });
  return folder;
}

function digestOfInputs(): string {
  const files = INPUTS.flatMap((input) =>
    statSync(input).isDirectory()
      ? readdirSync(input, { recursive: true, encoding: 'utf8' }).map((file) => join(input, file))
      : [input],
  );
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    if (statSync(file).isFile() && !file.endsWith('.test.ts'))
      hash.update(file).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

export function ofType({ resources }: Synthesis, ...types: readonly string[]): [id: string, resource: Resource][] {
  return [...resources].filter(([, { Type }]) => types.includes(Type));
}

/** The properties of each resource of a type. */
export function propertiesOf(synthesis: Synthesis, type: string): Resource['Properties'][] {
  return ofType(synthesis, type).map(([, { Properties }]) => Properties);
}

/** Reads a value deep inside a resource, or `undefined` if the path does not exist. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value);
}
