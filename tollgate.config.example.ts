import type { TollgateConfig } from './lib/config';

/**
 * A deployment as an organisation would make it: copy this file to tollgate.config.ts and change what differs.
 * Every setting has a default (lib/config.ts), and a mistake ends `npm run synth` with a sentence about it.
 *
 * The context key `tollgate` (`cdk deploy -c tollgate='{"stage":"test"}'`) takes the whole file's place.
 */
export const config: TollgateConfig = {
  stage: 'prod',

  // Tables and functions. The edge is always in us-east-1, where CloudFront wants its certificate too.
  region: 'eu-central-1',
  account: '111122223333',

  // Without a domain CloudFront's own is used, where a handshake older than TLS 1.3 succeeds before it is refused.
  domain: {
    name: 'gateway.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
  },
  minimumTls: '1.3',

  // 90 days of usage records, backups of 28 days, logs of 30. A single figure can differ: `logDays: 14`.
  retentionProfile: 'standard',

  // In the order in which they are tried. A compatible provider names the price list that applies to it. Where one is,
  // and that it keeps nothing of a request, is what you say here: keys can be bound to it (docs/keys.md).
  providers: [
    { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
    { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
    { id: 'openai-eu', dialect: 'openai', baseUrl: 'https://eu.api.openai.com/v1', catalog: 'openai', region: 'eu' },
  ],

  // Beside those of the deployment's own AWS account, roles of these may be let in without an API key: docs/keyless.md.
  dataPlane: { workloadAccounts: ['444455556666'] },

  // Audit events are kept for a year beside their 90 days in the table, and nobody can shorten that: docs/audit.md.
  audit: { archiveDays: 365 },

  // People sign in with a password, a code by mail or a passkey, and here also at their organisation's.
  identity: {
    mailFrom: 'tollgate@example.com',
    providers: [
      { type: 'saml', name: 'Directory', metadataUrl: 'https://directory.example.com/federation/metadata.xml' },
      {
        type: 'oidc',
        name: 'Workplace',
        issuerUrl: 'https://login.example.com',
        clientId: 'tollgate',
        clientSecretName: 'tollgate/workplace',
      },
    ],
  },

  // SNS sends one mail to confirm first; until then nobody is told of an alarm.
  alarmEmail: 'operator@example.com',
};
