import type { Assembly, Resource } from './assembly';
import { plainName, rendered } from './names';

/** One action of a policy's statement. */
export interface Permission {
  /** The resource whose policy contains it. */
  readonly resource: Resource;
  readonly effect: string;
  /** Empty in the policy of a role, whose principal is the role. */
  readonly principal: string;
  readonly action: string;
  readonly on: string;
  readonly condition: string;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: string | Readonly<Record<string, unknown>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Every permission of every policy, one action and one resource at a time. */
export function permissions(assembly: Assembly): Permission[] {
  return assembly.resources.flatMap((resource) =>
    statementsIn(resource.Properties).flatMap((statement) => permissionsOf(resource, statement, assembly)),
  );
}

function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value && 'Action' in value) return [value as Statement];
  return Object.values(value).flatMap(statementsIn);
}

function permissionsOf(resource: Resource, statement: Statement, assembly: Assembly): Permission[] {
  const { Effect: effect, Action, Resource: on = plainName(resource.logicalId) } = statement;
  const shared = {
    resource,
    effect,
    principal: principalOf(statement, assembly),
    condition: conditionOf(statement, assembly),
  };
  return listed(Action).flatMap((action) =>
    listed(on).map((each) => ({ ...shared, action: String(action), on: rendered(each, assembly) })),
  );
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

function principalOf({ Principal }: Statement, assembly: Assembly): string {
  if (Principal === undefined || typeof Principal === 'string') return Principal ?? '';
  return Object.values(Principal)
    .map((principal) => rendered(principal, assembly))
    .join(', ');
}

function conditionOf({ Condition = {} }: Statement, assembly: Assembly): string {
  return Object.entries(Condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => `${operator} ${key} = ${rendered(value, assembly)}`),
    )
    .join(' and ');
}
