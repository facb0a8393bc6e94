import type { Synthesis } from './synthesis';
import { at, propertiesOf, synthesize } from './synthesis';

/** IAM does not count white space. */
const MANAGED_POLICY_CHARACTERS_MAX = 6_144;
/** A later release may add this much without a new policy. */
const SPARE_CHARACTERS_MIN = 300;

/** The identifiers that AWS gives to resources, in their full length. */
const BUCKET_CHARACTERS_MAX = 63;
const SUFFIX = 'ABCDEFGHIJKLM';
const UUID = '00000000-0000-0000-0000-000000000000';

/** Replaces each reference of a policy by a name as long as the one that CloudFormation fills in. */
function deployedPolicy(value: unknown, synthesis: Synthesis): unknown {
  if (Array.isArray(value)) return value.map((each) => deployedPolicy(each, synthesis));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  const inner = (each: unknown): unknown => deployedPolicy(each, synthesis);
  if (name === 'Fn::Join') return (at(argument, 1) as readonly unknown[]).map(inner).join('');
  if (name === 'Ref') return argument === 'AWS::Partition' ? 'aws' : physicalName(String(argument), synthesis);
  if (name === 'Fn::GetAtt') return arnOf(argument as readonly [string, string], synthesis);
  if (name === 'Fn::GetStackOutput')
    return inner(synthesis.stacks.stateful.outputs[String(at(argument, 'OutputName'))]?.Value);
  if (name === 'Fn::ImportValue') return inner(exported(String(argument), synthesis));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]));
}

function exported(name: string, { stacks }: Synthesis): unknown {
  const outputs = Object.values(stacks.stateful.outputs) as readonly { Value: unknown; Export?: { Name: string } }[];
  return outputs.find(({ Export }) => Export?.Name === name)?.Value;
}

function physicalName(logicalId: string, synthesis: Synthesis): string {
  const type = synthesis.resources.get(logicalId)?.Type;
  if (type === 'AWS::SecretsManager::Secret')
    return arn(synthesis, 'secretsmanager', `secret:${logicalId}-${SUFFIX}-ABCDEF`);
  if (type === 'AWS::SNS::Topic')
    return arn(synthesis, 'sns', `${synthesis.stacks.service.name}-${logicalId}-${SUFFIX}`);
  return `${synthesis.stacks.stateful.name}-${logicalId}-${SUFFIX}`;
}

function arnOf([logicalId, attribute]: readonly [string, string], synthesis: Synthesis): string {
  const { Type, Properties } = synthesis.resources.get(logicalId)!;
  switch (Type) {
    case 'AWS::DynamoDB::Table': {
      const stream = attribute === 'StreamArn' ? '/stream/2026-01-01T00:00:00.000' : '';
      return arn(synthesis, 'dynamodb', `table/${physicalName(logicalId, synthesis)}${stream}`);
    }
    case 'AWS::KMS::Key':
      return arn(synthesis, 'kms', `key/${UUID}`);
    case 'AWS::Cognito::UserPool':
      return arn(synthesis, 'cognito-idp', `userpool/${synthesis.stacks.service.region}_ABCDEFGHI`);
    case 'AWS::Logs::LogGroup':
      return arn(synthesis, 'logs', `log-group:${String(Properties['LogGroupName'])}:*`);
    case 'AWS::Lambda::Function':
      return arn(synthesis, 'lambda', `function:${synthesis.stacks.service.name}-${logicalId}-${SUFFIX}`.slice(0, 76));
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${'b'.repeat(BUCKET_CHARACTERS_MAX)}`;
    case 'AWS::StepFunctions::StateMachine':
      return arn(synthesis, 'states', `stateMachine:${logicalId}-${SUFFIX}`);
    default:
      throw new Error(`The length of an ARN of ${Type} is unknown.`);
  }
}

const arn = ({ stacks }: Synthesis, service: string, resource: string): string =>
  `arn:aws:${service}:${stacks.service.region}:111122223333:${resource}`;

test("every policy is within IAM's size limit under the longest stage, with names as long as in AWS", () => {
  const synthesis = synthesize('longest');
  const sizes = propertiesOf(synthesis, 'AWS::IAM::ManagedPolicy').map(
    ({ PolicyDocument }) => JSON.stringify(deployedPolicy(PolicyDocument, synthesis)).length,
  );
  expect(sizes.length).toBeGreaterThan(8);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(MANAGED_POLICY_CHARACTERS_MAX - SPARE_CHARACTERS_MIN);
});
