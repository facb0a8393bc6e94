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
import { testApp } from './synthesis';

const DECISIONS_MAX = 13;
const DOMAIN = { name: 'gateway.example.com', certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/a' };
const DEPLOYMENTS: readonly [name: string, config: unknown][] = [
  ['an empty configuration', {}],
  ['an archive of audit events', { audit: { archiveDays: 365 } }],
  ['workloads of another account', { dataPlane: { workloadAccounts: ['444455556666'] } }],
  ['a domain of its own', { domain: DOMAIN, dataPlane: { reservedConcurrency: 50 } }],
  [
    'another region and an e-mail address',
    { region: 'eu-central-1', account: '111122223333', alarmEmail: 'operator@example.com' },
  ],
];

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** What the packs find; with `heedAcknowledgements: false`, also what was acknowledged. */
function nagFindings(app: App, { heedAcknowledgements = true } = {}): Finding[] {
  return nagPacks(app).flatMap((pack) => {
    if (!heedAcknowledgements) Object.assign(pack, { isAcknowledged: () => false });
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

/** What a synthesis with every rule says of itself. */
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
  return { app, pluginReports, suppressed, acknowledged: readAssembly(directory).acknowledged };
}

const sources = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');

describe.each(DEPLOYMENTS)('with %s', (_, config) => {
  // A finding that nobody explains fails the synthesis itself, and with it each of these.
  const { app, pluginReports, suppressed, acknowledged } = synthesizeWithRules(config);

  test('no pack finds anything unexplained', () => {
    expect(nagFindings(app)).toEqual([]);
    expect(pluginReports).toEqual([
      expect.objectContaining({ pluginName: 'ControlTower', conclusion: 'success', violations: [] }),
    ]);
  });

  test('every acknowledgement is still needed', () => {
    const raw = [...nagFindings(app, { heedAcknowledgements: false }), ...suppressed];
    const idle = acknowledged.filter(
      ({ rule, path }) => !raw.some((finding) => finding.rule === rule && finding.path.startsWith(`${path}/`)),
    );
    expect(idle).toEqual([]);
  });

  test('an acknowledgement names a decision, its control and its consequence', () => {
    for (const { reason } of acknowledged) {
      expect(reason).toMatch(/^[a-z-]+\. Control: .+\. Consequence: .+\.( Test: .+)?$/);
      expect(DECISIONS).toContain(reason.slice(0, reason.indexOf('.')));
    }
  });

  test('the test that an acknowledgement points to exists', () => {
    const tests = sources('test');
    const titles = acknowledged.flatMap(({ reason }) => / Test: (.+)$/.exec(reason)?.[1] ?? []);
    expect(titles.length).toBeGreaterThan(10);
    expect(titles.filter((title) => !tests.includes(`test('${title}'`) && !tests.includes(`test("${title}"`))).toEqual(
      [],
    );
  });
});

test('there are few decisions to live with a finding', () => {
  expect(DECISIONS.length).toBeLessThanOrEqual(DECISIONS_MAX);
});

test('the packs would find something', () => {
  const app = testApp();
  new Bucket(new Stack(app, 'stack'), 'Open');
  const rules = nagFindings(app).map(({ rule }) => rule);
  expect(rules).toEqual(
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
