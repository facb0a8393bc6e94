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
    // A stack imports a table, has it itself, or reads the ARN of its stream from an output. CDK joins statements that
    // differ in their resources only.
    const text = JSON.stringify(Resource);
    const tables = text.matchAll(/(?:GetAtt(?:":\[")?|OutputName":")([A-Z][a-z]+)(?:Table|Stream)/g);
    const partitions = (at(Condition, 'ForAllValues:StringLike', 'dynamodb:LeadingKeys') ?? ['*']) as readonly string[];
    const names = [Action].flat().flatMap((action) => /^dynamodb:(\w+)$/.exec(action)?.[1] ?? []);
    return [...tables].flatMap(([, table = '']) =>
      names.flatMap((name) => partitions.map((keys) => `${table.toLowerCase()} ${name} ${keys}`)),
    );
  });
  return [...new Set(lines)].sort();
}

/** The permissions of a function that receives the changes of a table. */
export const received = (table: string): string[] =>
  ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `${table} ${name} *`);
