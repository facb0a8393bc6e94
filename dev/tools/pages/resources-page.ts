import type { Assembly, Resource } from './assembly';
import { plainName, rendered } from './names';
import { code, generatedBy, inOrder, table } from './table';

type Properties = Resource['Properties'];

/** Reads the key, or the method, by which a store is encrypted at rest. Types that are not listed store nothing. */
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

/** Renders every resource, and for each store its data class, its retention and its encryption. */
export function resourcesPage(assembly: Assembly): string {
  const [stores, others] = [true, false].map((holds) =>
    assembly.resources.filter(({ Type }) => Type in ENCRYPTION === holds),
  );
  return [
    generatedBy('Resources'),
    '## Stores',
    table(
      [
        'stack',
        'resource',
        'type',
        'data class',
        'retention',
        'encrypted with',
        'restorable',
        'when its stack is deleted',
      ],
      inOrder((stores ?? []).map((store) => rowOfStore(store, assembly))),
      { blankRepeatsOf: 1 },
    ),
    '## Other resources',
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
    rendered(ENCRYPTION[Type]?.(Properties) ?? '–', assembly),
    typeof days === 'number' ? `${days} days` : '–',
    DeletionPolicy === 'Retain' ? 'kept' : 'deleted',
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
