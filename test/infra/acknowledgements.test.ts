import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { readAssembly } from '../../dev/tools/pages/assembly';
import { parseConfig } from '../../lib/config';
import { DECISIONS } from '../../lib/compliance/acknowledgements';
import { ControlTowerChecks } from '../../lib/compliance/control-tower-checks';
import { nagPacks, requireRules } from '../../lib/compliance/rule-packs';
import { addTollgate } from '../../lib/tollgate';
import { DOMAIN } from './configurations';
import { testApp } from './test-app';

const DECISIONS_MAX = 15;
/** Two, because the rule packs take ten seconds for each: one with nothing and one with everything. */
const DEPLOYMENTS: readonly [name: string, config: unknown][] = [
  ['an empty configuration', {}],
  [
    'every option',
    {
      region: 'eu-central-1',
      account: '111122223333',
      alarmEmail: 'operator@example.com',
      domain: DOMAIN,
      audit: { archiveDays: 365 },
      payments: { stripe: true, automaticTax: true },
      identity: { mailFrom: 'tollgate@mail.example.com', selfSignUp: true },
      dataPlane: { workloadAccounts: ['444455556666'], reservedConcurrency: 50 },
    },
  ],
];

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** Runs the rule packs and returns every finding, whether it is acknowledged or not. */
function rawFindings(app: App): Finding[] {
  return nagPacks(app).flatMap((pack) => {
    Object.assign(pack, { isAcknowledged: () => false });
    return pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => ({ rule: ruleName, path: constructPath ?? '' })),
      );
  });
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly conclusion: string;
    readonly suppressedViolations?: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** Synthesizes a deployment with every rule and returns the report. An unexplained finding fails the synthesis. */
function synthesizeWithRules(config: unknown) {
  const app = testApp();
  addTollgate(app, parseConfig(config));
  requireRules(app);
  const { directory } = app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')) as Report;
  const suppressed = pluginReports
    .flatMap(({ suppressedViolations = [] }) => suppressedViolations)
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }): Finding => ({ rule: ruleName, path: constructPath })),
    );
  return { pluginReports, suppressed, raw: rawFindings(app), acknowledged: readAssembly(directory).acknowledged };
}

const sources = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');

describe.each(DEPLOYMENTS)('with %s', (_, config) => {
  const { pluginReports, suppressed, raw, acknowledged } = synthesizeWithRules(config);
  const covers = (acknowledgement: Finding, finding: Finding): boolean =>
    acknowledgement.rule === finding.rule && `${finding.path}/`.startsWith(`${acknowledgement.path}/`);

  test('no rule pack has an unexplained finding', () => {
    expect(raw.filter((finding) => !acknowledged.some((each) => covers(each, finding)))).toEqual([]);
    expect(pluginReports).toEqual([
      expect.objectContaining({ pluginName: 'ControlTower', conclusion: 'success', violations: [] }),
    ]);
  });

  test('every acknowledgement is still needed', () => {
    const findings = [...raw, ...suppressed];
    expect(acknowledged.filter((each) => !findings.some((finding) => covers(each, finding)))).toEqual([]);
  });

  test('an acknowledgement names a decision, its control and its consequence', () => {
    for (const { reason } of acknowledged) {
      expect(reason).toMatch(/^[a-z-]+\. Control: .+\. Consequence: .+\.( Test: .+)?$/);
      expect(DECISIONS).toContain(reason.slice(0, reason.indexOf('.')));
    }
  });

  test('an acknowledgement refers to an existing test', () => {
    const tests = sources('test');
    const titles = acknowledged.flatMap(({ reason }) => / Test: (.+)$/.exec(reason)?.[1] ?? []);
    expect(titles.length).toBeGreaterThan(10);
    expect(titles.filter((title) => !tests.includes(`test('${title}'`) && !tests.includes(`test("${title}"`))).toEqual(
      [],
    );
  });
});

test('the number of decisions to accept a finding stays small', () => {
  expect(DECISIONS.length).toBeLessThanOrEqual(DECISIONS_MAX);
});

test('the rule packs find a bucket without any protection', () => {
  const app = testApp();
  new Bucket(new Stack(app, 'stack'), 'Open');
  expect(rawFindings(app).map(({ rule }) => rule)).toEqual(
    expect.arrayContaining([
      'AwsSolutions-S10',
      'HIPAA.Security-S3BucketSSLRequestsOnly',
      'NIST.800.53.R5-S3BucketSSLRequestsOnly',
      'PCI.DSS.321-S3BucketSSLRequestsOnly',
    ]),
  );
  const template = join(app.synth().directory, 'stack.template.json');
  const context = { templatePaths: [template], stackTemplates: [], appConstruct: app };
  const { violations } = new ControlTowerChecks().validate(context);
  expect(violations).toContainEqual(
    expect.objectContaining({
      ruleName: 'CT.S3.PR.11',
      severity: 'error',
      violatingResources: [expect.objectContaining({ templatePath: template })],
    }),
  );
});
