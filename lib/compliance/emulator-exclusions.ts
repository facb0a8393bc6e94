import { Annotations, CfnResource, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { inEveryStandard } from './acknowledgements';

/** A resource type that is not deployed to the emulator (`npm run test:deploy`). */
export interface EmulatorExclusion {
  /** The name of the type in CloudFormation. */
  readonly type: string;
  /** A property without which the emulator takes the type. @default none: every resource of the type is left out */
  readonly withProperty?: string;
  /** The emulator's reaction to the type. */
  readonly because: string;
  /** The test that checks the type in the template instead. */
  readonly coveredBy: string;
  /** The rules that fail without the type. All other rules apply to the emulator too. */
  readonly missedBy: readonly string[];
}

/** The complete difference between a deployment to AWS and one to the emulator. */
export const EMULATOR_EXCLUSIONS: readonly EmulatorExclusion[] = [
  {
    type: 'AWS::CloudWatch::Alarm',
    withProperty: 'Metrics',
    because: 'the emulator refuses an alarm that calculates with several metrics',
    coveredBy: 'test/infra/logs-and-alarms.test.ts',
    missedBy: [],
  },
  {
    type: 'AWS::Cognito::ManagedLoginBranding',
    because: 'the emulator refuses a template with this type',
    coveredBy: 'test/infra/identity.test.ts',
    missedBy: [],
  },
  {
    type: 'AWS::WAFv2::LoggingConfiguration',
    because: 'the emulator refuses a template with this type',
    coveredBy: 'test/infra/firewall.test.ts',
    missedBy: inEveryStandard('WAFv2LoggingEnabled'),
  },
];

/** Removes the excluded resources from the app. Every command that synthesizes the app prints each exclusion. */
export function leaveOutOfEmulator(app: IConstruct): void {
  for (const resource of app.node.findAll().filter((construct) => construct instanceof CfnResource)) {
    const exclusion = EMULATOR_EXCLUSIONS.find((each) => excludes(each, resource));
    const { scope, id } = resource.node;
    if (exclusion === undefined || scope === undefined) continue;
    scope.node.tryRemoveChild(id);
    const reason = `Left out for the emulator: ${exclusion.type}, because ${exclusion.because}.`;
    Annotations.of(scope).addInfo(reason);
    Validations.of(app).acknowledge(...exclusion.missedBy.map((rule) => ({ id: rule, reason })));
  }
}

function excludes({ type, withProperty }: EmulatorExclusion, resource: CfnResource): boolean {
  if (type !== resource.cfnResourceType) return false;
  if (withProperty === undefined) return true;
  // A construct has each property under its name with a small first letter.
  const name = withProperty.charAt(0).toLowerCase() + withProperty.slice(1);
  return (resource as unknown as Readonly<Record<string, unknown>>)[name] !== undefined;
}
