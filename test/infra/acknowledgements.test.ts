import type { App } from 'aws-cdk-lib';
import { Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { synthesize, testApp } from './synthesis';

const DOMAIN = { name: 'gateway.example.com', certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/a' };
const DEPLOYMENTS: readonly [name: string, config: unknown][] = [
  ['an empty configuration', {}],
  ['a domain of its own', { domain: DOMAIN }],
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
function findings(app: App, { heedAcknowledgements = true } = {}): Finding[] {
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) => {
    if (!heedAcknowledgements) Object.assign(pack, { isAcknowledged: () => false });
    return pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => ({ rule: ruleName, path: constructPath ?? '' })),
      );
  });
}

function acknowledgements(app: App): (Finding & { readonly reason: string })[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]) => ({ rule: id.replace(/^annotation::/i, ''), path: node.path, reason })),
  );
}

describe.each(DEPLOYMENTS)('with %s', (_, config) => {
  const { app } = synthesize(config);

  test('cdk-nag finds nothing unexplained', () => {
    expect(findings(app)).toEqual([]);
  });

  test('every acknowledgement is still needed', () => {
    const raw = findings(app, { heedAcknowledgements: false });
    const idle = acknowledgements(app).filter(
      ({ rule, path }) => !raw.some((finding) => finding.rule === rule && finding.path.startsWith(`${path}/`)),
    );
    expect(idle).toEqual([]);
  });

  test('an acknowledgement names its control and its consequence, and they are few', () => {
    const explained = acknowledgements(app);
    expect(new Set(explained.map(({ rule }) => rule)).size).toBeLessThanOrEqual(10);
    for (const { reason } of explained) expect(reason).toMatch(/^Control: .+\. Consequence: .+\.$/);
  });
});

test('the packs would find something', () => {
  const app = testApp();
  new Bucket(new Stack(app, 'stack'), 'Open');
  expect(findings(app)).toContainEqual({ rule: 'AwsSolutions-S10', path: 'stack/Open/Resource' });
});
