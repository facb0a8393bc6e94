import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { CONTROL_TOWER } from './acknowledgements';
import { renderIntrinsics } from './render-intrinsics';

/**
 * The proactive controls of AWS Control Tower, which AWS publishes as rules for CloudFormation Guard. Findings carry the
 * names from AWS's documentation and the severity `error`. Without a severity CDK would treat the whole report as a
 * success as soon as one of its findings is acknowledged.
 */
export class ControlTowerChecks implements IPolicyValidationPlugin {
  readonly name = CONTROL_TOWER;
  readonly #guard = new CfnGuardValidator();

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-guard-'));
    try {
      const originals = new Map(context.templatePaths.map((path) => [join(folder, basename(path)), path]));
      for (const [copy, original] of originals) {
        writeFileSync(copy, JSON.stringify(renderIntrinsics(JSON.parse(readFileSync(original, 'utf8')))));
      }
      return this.#report({ ...context, templatePaths: [...originals.keys()] }, originals);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  #report(context: IPolicyValidationContext, originals: ReadonlyMap<string, string>): PolicyValidationPluginReport {
    const { success, violations } = this.#guard.validate(context);
    return {
      success,
      violations: violations.map((violation) => ({
        ...violation,
        ruleName: /\[(CT\.[A-Z0-9.]+)\]/.exec(violation.description)?.[1] ?? violation.ruleName,
        severity: 'error',
        violatingResources: violation.violatingResources.map((resource) => ({
          ...resource,
          templatePath: originals.get(resource.templatePath) ?? resource.templatePath,
        })),
      })),
    };
  }
}
