import { DOCUMENTED_DEPLOYMENT } from '../../dev/tools/pages/assembly';
import type { TollgateConfig } from '../../lib/config';
import { config as example } from '../../tollgate.config.example';

export const DOMAIN = {
  name: 'gateway.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
};

export const OIDC = {
  type: 'oidc',
  name: 'Workplace',
  issuerUrl: 'https://login.example.com',
  clientId: 'tollgate',
  clientSecretName: 'workplace/client-secret',
} as const;

export const SAML = {
  type: 'saml',
  name: 'Directory',
  metadataUrl: 'https://directory.example.com/metadata.xml',
} as const;

/** The configurations whose templates are tested. Each is synthesized once, so use one of these before you add one. */
export const CONFIGURATIONS = {
  default: {},
  domain: { domain: DOMAIN, originSecretGeneration: 2 },
  elsewhere: { region: 'eu-central-1', account: '111122223333', alarmEmail: 'operator@example.com' },
  documented: DOCUMENTED_DEPLOYMENT,
  identity: {
    domain: DOMAIN,
    identity: { mailFrom: 'tollgate@mail.example.com', selfSignUp: true, providers: [OIDC, SAML] },
  },
  signIn: {
    identity: {
      consoleUrl: 'https://d111111abcdef8.cloudfront.net',
      signInPrefix: 'gateway-example',
      operatorMfa: 'optional',
    },
  },
  workloads: {
    dataPlane: { workloadAccounts: ['444455556666', '777788889999'], reservedConcurrency: 50, holds: 'worst-case' },
    addresses: 'hmac',
  },
  settings: {
    stage: 'test',
    usageDays: 30,
    pitrDays: 21,
    addresses: 'none',
    dataPlane: { metrics: false },
    providers: [
      { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
      { id: 'compatible', dialect: 'openai', baseUrl: 'https://api.example.com/v1', catalog: 'openai' },
    ],
  },
  /** Has the longest names, which make policies long, and every setting that reserves or alarms. */
  longest: {
    stage: 'stage-of-16-char',
    region: 'ap-southeast-2',
    account: '111122223333',
    lambdaConcurrency: 1_000,
    dataPlane: { reservedConcurrency: 500 },
    audit: { archiveDays: 365 },
    payments: { stripe: true, automaticTax: true, limits: { dayCount: 10_000 } },
    identity: { mailFrom: 'the-gateway-of-our-organisation@notifications.gateway.organisation.example.com' },
  },
  /** The one policy for addresses under which the firewall has a log. */
  fullAddresses: { addresses: 'full' },
  emulator: { target: 'emulator', addresses: 'full' },
  /** The example has everything that a configuration can ask for. */
  example,
} as const satisfies Readonly<Record<string, TollgateConfig>>;

export type ConfigurationName = keyof typeof CONFIGURATIONS;
