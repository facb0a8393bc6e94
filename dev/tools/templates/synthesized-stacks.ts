import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '../pages/assembly';

/** One stack: its template, and the properties that the assembly's manifest has for it. */
interface SynthesizedStack {
  readonly environment: string;
  readonly isProtected: boolean;
  readonly dependencies: readonly string[];
  readonly template: object;
}

/** The stacks of a deployment by name. */
export interface SynthesizedStacks {
  readonly stacks: Readonly<Record<string, SynthesizedStack>>;
  /** Each acknowledged rule, prefixed by the path of the construct that acknowledges it. */
  readonly acknowledged: Readonly<Record<string, true>>;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly environment: string;
        readonly dependencies?: readonly string[];
        readonly properties: { readonly templateFile: string; readonly terminationProtection?: boolean };
      }
    >
  >;
}

/** Reads the stacks from the output folder of a synthesis. */
export function readStacks(folder: string): SynthesizedStacks {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { artifacts } = read('manifest.json') as Manifest;
  const stacks = Object.entries(artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([name, { environment, dependencies = [], properties }]): [string, SynthesizedStack] => [
      name,
      {
        environment,
        dependencies,
        isProtected: properties.terminationProtection === true,
        template: read(properties.templateFile) as object,
      },
    ]);
  const acknowledged = readAssembly(folder).acknowledged.map(({ path, rule }) => [`${path}: ${rule}`, true] as const);
  return { stacks: Object.fromEntries(stacks), acknowledged: Object.fromEntries(acknowledged) };
}
