import type { ConfigurationName } from './configurations';
import { at, ofType, synthesize } from './synthesis';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Lists what the policies of a role allow on tables: one line for each action on each kind of partition. */
export function allowedBy(policyPrefix: string, configuration: ConfigurationName = 'documented'): string[] {
  const policies = ofType(synthesize(configuration), 'AWS::IAM::ManagedPolicy').filter(([id]) =>
    id.startsWith(policyPrefix),
  );
  const statements = policies.flatMap(
    ([, policy]) => at(policy, 'Properties', 'PolicyDocument', 'Statement') as readonly Statement[],
  );
  const lines = statements.flatMap(({ Action, Resource, Condition }) => {
    const partitions = (at(Condition, 'ForAllValues:StringLike', 'dynamodb:LeadingKeys') ?? ['*']) as readonly string[];
    // CDK merges statements that differ only in their resources.
    return [Resource].flat().flatMap((resource) =>
      [Action].flat().flatMap((action) => {
        const [service, name] = action.split(':');
        return service === 'dynamodb' ? partitions.map((keys) => `${tableOf(resource)} ${name} ${keys}`) : [];
      }),
    );
  });
  return [...new Set(lines)].sort();
}

/** A stack imports a table, has it itself, or reads its name or the ARN of its stream from an output. */
function tableOf(resource: unknown): string {
  const [, table = ''] =
    /(?:GetAtt(?:":\[")?|OutputName":")([A-Z][a-z]+)(?:Table|Stream)/.exec(JSON.stringify(resource)) ?? [];
  return table.toLowerCase();
}

/** The permissions of a function that receives the changes of a table. */
export const received = (table: string): string[] =>
  ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `${table} ${name} *`);
