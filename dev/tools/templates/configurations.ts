const REGION = { region: 'eu-central-1', account: '111122223333' } as const;
const DOMAIN = {
  name: 'gateway.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
} as const;
const OIDC = {
  type: 'oidc',
  name: 'Workplace',
  issuerUrl: 'https://login.example.com',
  clientId: 'tollgate',
  clientSecretName: 'tollgate/workplace',
} as const;
const SAML = {
  type: 'saml',
  name: 'Directory',
  metadataUrl: 'https://directory.example.com/federation/metadata.xml',
} as const;
const PROVIDER = {
  id: 'compatible',
  dialect: 'openai',
  baseUrl: 'https://api.example.com/v1',
  catalog: 'openai',
  region: 'eu',
} as const;

/**
 * Configurations that together reach every branch of the constructs. Add one with each new setting that adds, removes
 * or changes a resource.
 */
export const CONFIGURATIONS: Readonly<Record<string, object>> = {
  default: {},
  'second-region': { ...REGION, alarmEmail: 'operator@example.com' },
  domain: { domain: DOMAIN, minimumTls: '1.3', originSecretGeneration: 2 },
  workloads: { dataPlane: { workloadAccounts: ['444455556666'], reservedConcurrency: 50, memoryMb: 256 } },
  'audit-archive': { audit: { archiveDays: 365 } },
  identity: {
    identity: {
      consoleUrl: 'https://d111111abcdef8.cloudfront.net',
      mailFrom: 'tollgate@mail.example.com',
      operatorMfa: 'optional',
      selfSignUp: true,
      signInPrefix: 'gateway-example',
      providers: [OIDC, SAML],
    },
  },
  retention: { policyProfile: 'tokenbyte', logDays: 14, providers: [PROVIDER], addresses: 'none' },
  addresses: { addresses: 'full' },
  emulator: { target: 'emulator', stage: 'test', addresses: 'full' },
  everything: {
    ...REGION,
    domain: DOMAIN,
    alarmEmail: 'operator@example.com',
    lambdaConcurrency: 1_000,
    audit: { archiveDays: 365 },
    dataPlane: { workloadAccounts: ['444455556666', '777788889999'] },
    identity: { mailFrom: 'tollgate@mail.example.com', providers: [SAML, OIDC] },
  },
};
