import { z } from 'zod';
import { type Assembly, DOCUMENTED_DEPLOYMENT } from './assembly';
import { code, table } from './table';

/** The AWS services that process data, by the beginning of their resources' types, and what they get. */
const SERVICES: readonly (readonly [type: string, service: string, data: string])[] = [
  ['AWS::DynamoDB::', 'Amazon DynamoDB', 'everything in [stored items](data-map.md)'],
  ['AWS::Lambda::', 'AWS Lambda', 'requests while they run; they are not stored'],
  ['AWS::ApiGatewayV2::', 'Amazon API Gateway', 'requests to the management API'],
  ['AWS::CloudFront::', 'Amazon CloudFront', 'requests, and addresses of clients'],
  ['AWS::WAFv2::', 'AWS WAF', 'requests, and addresses of clients'],
  ['AWS::Cognito::', 'Amazon Cognito', 'mail addresses and sign-in factors'],
  ['AWS::SES::', 'Amazon SES', 'mail addresses and mails'],
  ['AWS::StepFunctions::', 'AWS Step Functions', 'IDs of accounts, people, exports and erasures'],
  ['AWS::S3::', 'Amazon S3', 'encrypted archives of exports, the audit archive, the console'],
  [
    'AWS::Logs::',
    'Amazon CloudWatch',
    'log lines: codes and IDs; with the policy `full`, addresses of clients that the firewall refused',
  ],
  ['AWS::Events::', 'Amazon EventBridge', 'reports about mails: the outcome and a keyed hash of the address'],
  ['AWS::KMS::', 'AWS KMS', 'keys'],
  ['AWS::SecretsManager::', 'AWS Secrets Manager', 'secrets of the deployment'],
  ['Custom::StripeKeys', 'AWS Secrets Manager', 'secrets of the deployment'],
];

/** Resources that get no data of people or accounts: permissions, alarms about counts, and clocks. */
const WITHOUT_DATA = ['AWS::IAM::', 'AWS::CloudWatch::', 'AWS::SNS::', 'AWS::Scheduler::'];

/** The services at the edge run in every region. */
const EDGE = new Set(['Amazon CloudFront', 'AWS WAF']);

const provider = z.object({ id: z.string(), baseUrl: z.url(), region: z.string().optional() });
const gateway = z.object({ Environment: z.object({ Variables: z.object({ PROVIDERS: z.string() }) }) });

/** The providers, as the functions of the data plane know them. */
function providersOf(resources: Assembly['resources']): readonly z.infer<typeof provider>[] {
  const known = resources.map(({ Properties }) => gateway.safeParse(Properties)).find(({ success }) => success);
  return z.array(provider).parse(JSON.parse(known?.data?.Environment.Variables.PROVIDERS ?? '[]'));
}

/** A resource belongs to a service that the register does not know. */
export class ServiceUnknown extends Error {
  override readonly name = 'ServiceUnknown';
}

/**
 * Renders the register of subprocessors and regions.
 * @throws ServiceUnknown
 */
export function subprocessorsPage({ resources }: Assembly): string {
  const { region } = DOCUMENTED_DEPLOYMENT;
  for (const { Type } of resources) {
    if (![...SERVICES.map(([type]) => type), ...WITHOUT_DATA].some((type) => Type.startsWith(type)))
      throw new ServiceUnknown(`Add ${Type} to dev/tools/pages/subprocessors-page.ts, with the data that it gets.`);
  }
  const used = SERVICES.filter(([type]) => resources.some((resource) => resource.Type.startsWith(type)));
  const services = new Map(used.map(([, service, data]) => [service, data]));
  return [
    '# Subprocessors and regions',
    'Written by `npm run docs` from the templates of the documented deployment. An operator’s own list has the region and the providers of their configuration.',
    table(
      ['processor', 'service', 'region', 'data'],
      [
        ...[...services].map(([service, data]) => [
          'Amazon Web Services',
          service,
          EDGE.has(service) ? 'every region of the edge' : region,
          data,
        ]),
        [
          'Stripe',
          'payments, if configured',
          'Stripe’s',
          'IDs of accounts, amounts, corrected billing details; people enter the rest on Stripe’s pages',
        ],
        ...providersOf(resources).map(({ id, baseUrl, region: stated }) => [
          id,
          `models, at ${code(new URL(baseUrl).host)}`,
          stated ?? 'not stated',
          'the body of a request, without its identities',
        ]),
      ],
    ),
    'An account can name more receivers itself: the URLs of its webhooks get the events that it chose, and the issuer of a trust is asked for its public keys.',
    '',
  ].join('\n\n');
}
