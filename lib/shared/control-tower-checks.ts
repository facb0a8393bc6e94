import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { CONTROL_TOWER } from './acknowledgements';

/**
 * The proactive controls of AWS Control Tower, which AWS writes for CloudFormation Guard. They are reported
 * by the names that their documentation has, and as errors: CDK would take a report without a severity for
 * a success as soon as one of its findings is acknowledged.
 */
export class ControlTowerChecks implements IPolicyValidationPlugin {
  readonly name = CONTROL_TOWER;
  readonly #guard = new CfnGuardValidator();

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { success, violations } = this.#guard.validate(context);
    return {
      success,
      violations: violations.map((violation) => ({
        ...violation,
        ruleName: /\[(CT\.[A-Z0-9.]+)\]/.exec(violation.description)?.[1] ?? violation.ruleName,
        severity: 'error',
      })),
    };
  }
}
