import { platform } from 'node:process';
import type { App, IPolicyValidationPlugin } from 'aws-cdk-lib';
import { Validations } from 'aws-cdk-lib';
import type { NagPack } from 'cdk-nag';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { ControlTowerChecks } from './control-tower-checks';

export const nagPacks = (app: App): readonly NagPack[] => [
  new AwsSolutionsChecks(app),
  new ServerlessChecks(app),
  new HIPAASecurityChecks(app),
  new NIST80053R5Checks(app),
  new PCIDSS321Checks(app),
];

/** Fails the synthesis for every finding that is not acknowledged. */
export function requireRules(app: App): void {
  Validations.of(app).addPlugins(...nagPacks(app), ...controlTower());
}

// CloudFormation Guard has binaries for these two platforms only. On others the rules run in CI.
function controlTower(): IPolicyValidationPlugin[] {
  return ['linux', 'darwin'].includes(platform) ? [new ControlTowerChecks()] : [];
}
