import type { Assembly } from './assembly';
import { plainName, rendered } from './names';
import type { Permission } from './statements';
import { permissions } from './statements';
import { code, generatedBy, inOrder, table } from './table';

const ROLE_POLICIES = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'];

/** Resource types whose policies can only name `*`, and what the asterisk means there. */
const FORCED_WILDCARDS: Readonly<Record<string, string>> = {
  'AWS::KMS::Key': "in a key's own policy it means that key",
  'AWS::DynamoDB::Table': "in a table's own policy it means that table, whose name is not known yet",
};

/** The actions with which an AWS service delivers logs to a log group. */
const LOG_DELIVERY =
  /^logs:((Create|Get|Update|Delete)LogDelivery|ListLogDeliveries|PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$/;

/** A policy names every resource although it could name a single one. */
export class WildcardUnexplained extends Error {
  override readonly name = 'WildcardUnexplained';
}

/**
 * Renders the permissions: function × action × resource × condition, and the principals that resource policies admit.
 *
 * @throws WildcardUnexplained
 */
export function iamPage(assembly: Assembly): string {
  const all = permissions(assembly);
  const ofRoles = all.filter(({ resource }) => ROLE_POLICIES.includes(resource.Type));
  const ofOthers = all.filter(({ resource }) => !ROLE_POLICIES.includes(resource.Type));
  return [
    generatedBy('AWS permissions'),
    'Resources have the names of [resources](resources.md).',
    '## Functions and roles',
    table(
      ['function', 'resource', 'action', 'condition'],
      inOrder(ofRoles.flatMap((permission) => rowsOfRole(permission, assembly))),
      { blankRepeatsOf: 2 },
    ),
    '## Resource policies',
    table(
      ['resource', 'principal', 'effect', 'action', 'condition'],
      inOrder([...ofOthers.map(rowOfOther), ...invocations(assembly)]),
      { blankRepeatsOf: 3 },
    ),
    '## `Resource: *`',
    'Only where AWS allows no narrower resource.',
    table(['policy of', 'because'], inOrder(wildcards(all))),
    '',
  ].join('\n\n');
}

function rowsOfRole({ resource, action, on, condition }: Permission, assembly: Assembly): string[][] {
  const roles = (resource.Properties['Roles'] ?? []) as readonly { readonly Ref: string }[];
  return roles.map(({ Ref }) => [holderOf(Ref, assembly), code(on), code(action), code(condition)]);
}

/** Names the function that has the role, or the role itself if an AWS service assumes it. */
function holderOf(role: string, { resources }: Assembly): string {
  const lambda = resources.find(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && roleOf(Properties['Role']) === role,
  );
  return lambda ? plainName(lambda.logicalId).replace(/Function$/, '') : plainName(role);
}

const roleOf = (value: unknown): string | undefined =>
  (value as { readonly 'Fn::GetAtt'?: readonly string[] } | undefined)?.['Fn::GetAtt']?.[0];

function rowOfOther({ resource, principal, effect, action, condition }: Permission): string[] {
  return [plainName(resource.logicalId), code(principal), effect, code(action), code(condition)];
}

/** Renders the permissions to invoke functions, which are separate resources instead of policies in a template. */
function invocations(assembly: Assembly): string[][] {
  return assembly.resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Permission')
    .map(({ Properties }) => {
      const { FunctionName, Principal, Action, ...conditions } = Properties;
      const condition = Object.entries(conditions).map(([name, value]) => `${name} = ${rendered(value, assembly)}`);
      const [on, action, principal] = [FunctionName, Action, Principal].map((value) => rendered(value, assembly));
      return [on ?? '', code(principal ?? ''), 'Allow', code(action ?? ''), code(condition.join(' and '))];
    });
}

function wildcards(all: readonly Permission[]): string[][] {
  const found = Map.groupBy(
    all.filter(({ on }) => on === '*'),
    ({ resource }) => resource,
  );
  return [...found].map(([{ logicalId, Type }, wide]) => {
    const deliversLogs = ROLE_POLICIES.includes(Type) && wide.every(({ action }) => LOG_DELIVERY.test(action));
    const because = deliversLogs ? 'the delivery of logs has no resources' : FORCED_WILDCARDS[Type];
    if (because === undefined) throw new WildcardUnexplained(`${logicalId} names every resource.`);
    return [plainName(logicalId), because];
  });
}
