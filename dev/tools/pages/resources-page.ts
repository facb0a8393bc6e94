import type { Assembly, Resource } from './assembly';
import { plainName, written } from './names';
import { code, generatedBy, inOrder, table } from './table';

type Properties = Resource['Properties'];

/** The key, or the method, by which a store is encrypted at rest. Others hold nothing. */
const ENCRYPTION: Readonly<Record<string, (properties: Properties) => unknown>> = {
  'AWS::Cognito::UserPool': () => "Cognito's own key",
  'AWS::DynamoDB::Table': (table) => inside(table, 'SSESpecification', 'KMSMasterKeyId'),
  'AWS::Logs::LogGroup': (group) => group['KmsKeyId'],
  'AWS::S3::Bucket': (bucket) =>
    inside(
      bucket,
      'BucketEncryption',
      'ServerSideEncryptionConfiguration',
      0,
      'ServerSideEncryptionByDefault',
      'SSEAlgorithm',
    ),
  'AWS::SecretsManager::Secret': (secret) => secret['KmsKeyId'],
  'AWS::SNS::Topic': (topic) => topic['KmsMasterKeyId'],
};

/** Every resource; of those that hold data also what they may hold, until when, and how it is encrypted. */
export function resourcesPage(assembly: Assembly): string {
  const [stores, others] = [true, false].map((holds) =>
    assembly.resources.filter(({ Type }) => Type in ENCRYPTION === holds),
  );
  return [
    generatedBy('Resources'),
    '## What holds data',
    table(
      ['stack', 'resource', 'type', 'data class', 'retention', 'encrypted with', 'restorable', 'when its stack goes'],
      inOrder((stores ?? []).map((store) => rowOfStore(store, assembly))),
      { blankRepeatsOf: 1 },
    ),
    '## What does not',
    table(
      ['stack', 'type', 'resource'],
      inOrder((others ?? []).map(({ stack, logicalId, Type }) => [stack, code(Type), plainName(logicalId)])),
      { blankRepeatsOf: 2 },
    ),
    '',
  ].join('\n\n');
}

function rowOfStore({ stack, logicalId, Type, Properties, DeletionPolicy }: Resource, assembly: Assembly): string[] {
  const tags = tagsOf(Properties);
  const days = inside(Properties, 'PointInTimeRecoverySpecification', 'RecoveryPeriodInDays');
  return [
    stack,
    plainName(logicalId),
    code(Type),
    tags.get('tollgate:data-class') ?? '–',
    tags.get('tollgate:retention') ?? '–',
    written(ENCRYPTION[Type]?.(Properties) ?? '–', assembly),
    typeof days === 'number' ? `${days} days` : '–',
    DeletionPolicy === 'Retain' ? 'stays' : 'goes',
  ];
}

function tagsOf(properties: Properties): ReadonlyMap<string, string> {
  const tags = (properties['Tags'] ?? []) as readonly { readonly Key: string; readonly Value: string }[];
  const userPoolTags = (properties['UserPoolTags'] ?? {}) as Readonly<Record<string, string>>;
  return new Map([...tags.map(({ Key, Value }) => [Key, Value] as const), ...Object.entries(userPoolTags)]);
}

function inside(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value);
}
