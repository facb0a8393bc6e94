import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runFolder } from './cache-folder';
import { ACCOUNT, emulatedAws, REGION, type Emulator } from './emulator';
import { run } from './guarded-process';

export const STAGE = 'emulator';
export const STACKS = ['stateful', 'service', 'edge'].map((stack) => `tollgate-${STAGE}-${stack}`);

/** The outputs of all stacks by name. No two stacks use the same name. */
export type Outputs = Readonly<Record<string, string>>;

/** Runs the real CDK command against the emulator. Every command resolves to its output. */
export class Cdk {
  readonly #emulator: Emulator;
  readonly #checkout: string;
  /** The folder with the templates and the code of the last deployment. */
  readonly assembly: string;

  /** @param checkout the folder with the app, and the name of the folder with what it writes @default this release */
  constructor(emulator: Emulator, checkout = { folder: ROOT, name: 'cdk.out' }) {
    this.#emulator = emulator;
    this.#checkout = checkout.folder;
    this.assembly = join(runFolder(), checkout.name);
  }

  /** @param region @default the emulator's own */
  bootstrap(region = REGION): Promise<string> {
    return this.#run('bootstrap', `aws://${ACCOUNT}/${region}`, '--app', '');
  }

  /** @param stack deployed with its dependencies @default all stacks */
  deploy(config: object, stack = '--all'): Promise<string> {
    const outputs = ['--outputs-file', outputsFile()];
    return this.#run('deploy', stack, '--require-approval', 'never', ...outputs, ...contextOf(config));
  }

  destroy(config: object): Promise<string> {
    return this.#run('destroy', '--all', '--force', ...contextOf(config));
  }

  #run(...args: readonly string[]): Promise<string> {
    const command = join(ROOT, 'node_modules/.bin/cdk');
    return run([command, ...args, '--no-notices', '--no-color', '--output', this.assembly], {
      cwd: this.#checkout,
      env: { ...emulatedAws(this.#emulator.endpoint), CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' },
    });
  }
}

const assemblyFolder = (): string => join(runFolder(), 'cdk.out');
const outputsFile = (): string => join(runFolder(), 'outputs.json');

const contextOf = (config: object): string[] => [
  '--context',
  `tollgate=${JSON.stringify({ stage: STAGE, target: 'emulator', ...config })}`,
];

/** Reads the outputs of the last deployment. */
export function readOutputs(): Outputs {
  const byStack = JSON.parse(readFileSync(outputsFile(), 'utf8')) as Readonly<Record<string, Outputs>>;
  return Object.assign({}, ...Object.values(byStack)) as Outputs;
}

/** Returns the folder with the deployed code, esbuild's `index.mjs`, of the function whose logical ID has this prefix. */
export function deployedBundle(logicalIdPrefix: string): string {
  const template = JSON.parse(
    readFileSync(join(assemblyFolder(), `tollgate-${STAGE}-service.template.json`), 'utf8'),
  ) as {
    readonly Resources: Readonly<
      Record<string, { readonly Type: string; readonly Properties: { Code?: { S3Key?: string } } }>
    >;
  };
  const resource = Object.entries(template.Resources).find(
    ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(logicalIdPrefix),
  );
  const key = resource?.[1].Properties.Code?.S3Key;
  if (key === undefined) throw new Error(`No function has a logical ID that begins with ${logicalIdPrefix}.`);
  return join(assemblyFolder(), `asset.${key.replace(/\.zip$/, '')}`);
}
