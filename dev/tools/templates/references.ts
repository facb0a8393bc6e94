import type { SynthesizedStacks } from './synthesized-stacks';

/** The names that a stack exports, and those that it imports from other stacks. */
interface StackReferences {
  readonly exports: readonly string[];
  readonly imports: readonly string[];
}

/** The references of each stack of a deployment, in the order in which the stacks are deployed. */
export type References = Readonly<Record<string, StackReferences>>;

/** An export that CloudFormation would refuse to remove, because a stack of the live deployment imports it. */
interface BlockedExport {
  readonly stack: string;
  readonly exportName: string;
  readonly importedBy: string;
}

interface Template {
  readonly Outputs?: Readonly<Record<string, { readonly Export?: { readonly Name: string } }>>;
}

/** Collects the references. CDK names an export after the attribute that it exports, so its value needs no comparison. */
export function referencesOf({ stacks }: SynthesizedStacks): References {
  const ordered: Record<string, StackReferences> = {};
  const visit = (name: string): void => {
    const stack = stacks[name];
    if (stack === undefined || name in ordered) return;
    stack.dependencies.forEach(visit);
    const { Outputs = {} }: Template = stack.template;
    const names = Object.values(Outputs).flatMap(({ Export }) => Export?.Name ?? []);
    ordered[name] = { exports: names.sort(), imports: [...importsOf(stack.template)].sort() };
  };
  Object.keys(stacks).forEach(visit);
  return ordered;
}

function importsOf(value: unknown): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(
    Object.entries(value).flatMap(([name, inner]) =>
      name === 'Fn::ImportValue' && typeof inner === 'string' ? [inner] : [...importsOf(inner)],
    ),
  );
}

/** Finds the exports that keep CloudFormation from replacing a live deployment by the next one, stack after stack. */
export function blockedExports(live: References, next: References): BlockedExport[] {
  const deployed = new Map(Object.entries(live));
  return Object.entries(next).flatMap(([stack, references]) => {
    const lost = (deployed.get(stack)?.exports ?? []).filter((name) => !references.exports.includes(name));
    deployed.set(stack, references);
    return lost.flatMap((exportName) =>
      [...deployed]
        .filter(([, { imports }]) => imports.includes(exportName))
        .map(([importedBy]) => ({ stack, exportName, importedBy })),
    );
  });
}
