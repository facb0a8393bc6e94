import { Annotations, CfnResource, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { inEveryStandard } from './acknowledgements';

/** A resource type that is not deployed to the emulator (`npm run test:deploy`). */
export interface EmulatorExclusion {
  /** The name of the type in CloudFormation. */
  readonly type: string;
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
    type: 'AWS::Cognito::ManagedLoginBranding',
    because: 'the emulator refuses a template with this type',
    coveredBy: 'test/infra/identity.test.ts',
    missedBy: [],
  },
  {
    type: 'AWS::WAFv2::LoggingConfiguration',
    because: 'the emulator refuses a template with this type',
    coveredBy: 'test/infra/edge.test.ts',
    missedBy: inEveryStandard('WAFv2LoggingEnabled'),
  },
];

/** Removes the excluded resources from the app. Every command that synthesizes the app prints each exclusion. */
export function leaveOutOfEmulator(app: IConstruct): void {
  for (const resource of app.node.findAll().filter((construct) => construct instanceof CfnResource)) {
    const exclusion = EMULATOR_EXCLUSIONS.find(({ type }) => type === resource.cfnResourceType);
    const { scope, id } = resource.node;
    if (exclusion === undefined || scope === undefined) continue;
    scope.node.tryRemoveChild(id);
    const reason = `Left out for the emulator: ${exclusion.type}, because ${exclusion.because}.`;
    Annotations.of(scope).addInfo(reason);
    Validations.of(app).acknowledge(...exclusion.missedBy.map((rule) => ({ id: rule, reason })));
  }
}
