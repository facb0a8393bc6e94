import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The deployment that the generated pages describe. Region and account are explicit, so that no credentials change a page. */
export const DOCUMENTED_DEPLOYMENT = {
  region: 'us-east-1',
  account: '111122223333',
  alarmEmail: 'operator@example.com',
  audit: { archiveDays: 365 },
  identity: { mailFrom: 'gateway@mail.example.com', consoleUrl: 'https://gateway.example.com' },
  payments: { stripe: true },
} as const;

/** A resource of a template. */
export interface Resource {
  /** The last part of the stack's name, such as `service`. */
  readonly stack: string;
  readonly logicalId: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** A rule whose findings are accepted at a construct. */
export interface AcknowledgedRule {
  readonly path: string;
  readonly rule: string;
  readonly reason: string;
}

/** The content of a folder that `cdk synth` wrote. */
export interface Assembly {
  readonly resources: readonly Resource[];
  /** The values that stacks export to each other, by the name of the export. */
  readonly exports: ReadonlyMap<string, unknown>;
  /** The outputs of all stacks by name. No two stacks use the same name. */
  readonly outputs: ReadonlyMap<string, unknown>;
  readonly acknowledged: readonly AcknowledgedRule[];
}

interface TemplateFile {
  readonly Resources: Readonly<Record<string, Omit<Resource, 'stack' | 'logicalId'>>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>;
}

type MetadataFile = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules';

/** Reads a folder that a synthesis wrote. */
export function readAssembly(folder: string): Assembly {
  const read = <File>(suffix: string): readonly [stack: string, file: File][] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .sort()
      .map((name) => [
        name.slice(0, -suffix.length).replace(/^.*-/, ''),
        JSON.parse(readFileSync(join(folder, name), 'utf8')) as File,
      ]);
  const templates = read<TemplateFile>('.template.json');
  return {
    resources: templates.flatMap(([stack, { Resources }]) =>
      Object.entries(Resources).map(([logicalId, resource]) => ({ ...resource, stack, logicalId })),
    ),
    exports: new Map(
      templates.flatMap(([, { Outputs = {} }]) =>
        Object.values(Outputs).flatMap(({ Export, Value }) => (Export ? [[Export.Name, Value] as const] : [])),
      ),
    ),
    outputs: new Map(
      templates.flatMap(([, { Outputs = {} }]) =>
        Object.entries(Outputs).map(([name, { Value }]): [string, unknown] => [name, Value]),
      ),
    ),
    acknowledged: read<MetadataFile>('.metadata.json').flatMap(([, file]) => acknowledgedIn(file)),
  };
}

function acknowledgedIn(file: MetadataFile): AcknowledgedRule[] {
  return Object.entries(file).flatMap(([path, entries]) =>
    entries
      .filter(({ type }) => type === ACKNOWLEDGED)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      // The plugin's name may precede the rule's ID.
      .map(([id, reason]) => ({ path: path.replace(/^\//, ''), rule: id.replace(/^\w+::/, ''), reason })),
  );
}
