import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, parse } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { CONTROL_TOWER } from './acknowledgements';
import { renderIntrinsics } from './render-intrinsics';

/** Where the package of the validator has its rules, a file for each. */
const RULES = 'node_modules/@cdklabs/cdk-validator-cfnguard/rules/control-tower/cfn-guard';
const RULE_FILE = '.guard';

/**
 * The proactive controls of AWS Control Tower, which AWS publishes as rules for CloudFormation Guard. Findings carry the
 * names from AWS's documentation and the severity `error`. Without a severity CDK would treat the whole report as a
 * success as soon as one of its findings is acknowledged.
 */
export class ControlTowerChecks implements IPolicyValidationPlugin {
  readonly name = CONTROL_TOWER;

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-guard-'));
    const types = new Set<string>();
    try {
      const originals = new Map(context.templatePaths.map((path) => [join(folder, basename(path)), path]));
      for (const [copy, original] of originals) {
        const template = JSON.parse(readFileSync(original, 'utf8')) as Template;
        for (const { Type } of Object.values(template.Resources ?? {})) types.add(Type);
        writeFileSync(copy, JSON.stringify(renderIntrinsics(template)));
      }
      const guard = new CfnGuardValidator({ disabledRules: rulesWithout(types) });
      return this.#report(guard.validate({ ...context, templatePaths: [...originals.keys()] }), originals);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  #report(
    { success, violations }: ReturnType<CfnGuardValidator['validate']>,
    originals: ReadonlyMap<string, string>,
  ): PolicyValidationPluginReport {
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

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string }>>;
}

/**
 * Returns the names of the rules that are about none of the types, three quarters of all. Guard takes as long for a rule
 * that has nothing to check as for any other.
 */
function rulesWithout(types: ReadonlySet<string>): string[] {
  const files = readdirSync(RULES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(RULE_FILE));
  return files
    .filter((file) => isAboutNone(readFileSync(join(RULES, file), 'utf8'), types))
    .map((file) => parse(file).name);
}

/** Decides by the types that the text of a rule names anywhere. A rule that names none could be about any. */
function isAboutNone(rule: string, types: ReadonlySet<string>): boolean {
  const named = rule.match(/\bAWS::\w+::\w+/g) ?? [];
  return named.length > 0 && !named.some((type) => types.has(type));
}
