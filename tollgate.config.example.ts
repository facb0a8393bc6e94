import type { TollgateConfig } from './lib/config';

/**
 * A typical deployment of an organisation. Copy this file to tollgate.config.ts and edit it. Every setting has a default
 * (lib/config.ts), and `npm run synth` reports each mistake in one sentence.
 *
 * The context key `tollgate` (`cdk deploy -c tollgate='{"stage":"test"}'`) replaces the whole file.
 */
export const config: TollgateConfig = {
  stage: 'prod',

  // The region of tables and functions. The edge and its certificate are always in us-east-1.
  region: 'eu-central-1',
  account: '111122223333',

  // Without a domain the deployment uses CloudFront's own, where an older TLS handshake succeeds before the request is refused.
  domain: {
    name: 'gateway.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
  },
  minimumTls: '1.3',

  // The promises of a privacy policy: usage records for 90 days, backups for 28, logs for 30. A setting can be stricter than
  // its profile, such as `logDays: 14`, and not laxer: docs/privacy.md.
  policyProfile: 'tokonlab',

  // Providers in the order in which they are tried. A compatible provider names the price list that applies to it. The
  // region, and whether a provider stores nothing, are your own statements, to which keys can be bound (docs/keys.md).
  providers: [
    { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
    { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
    { id: 'openai-eu', dialect: 'openai', baseUrl: 'https://eu.api.openai.com/v1', catalog: 'openai', region: 'eu' },
  ],

  // The quota of concurrent executions, of which a few are then reserved. Leave it out while it is below 149.
  lambdaConcurrency: 1_000,

  // AWS accounts, in addition to the deployment's own, whose roles may call without an API key: docs/keyless.md.
  // Pages of these origins may call the gateway from a browser, with a key that their user enters: docs/api.md.
  // A running request holds a part of what it can cost, which grows with its output; `worst-case` holds all of it:
  // docs/money.md.
  dataPlane: {
    workloadAccounts: ['444455556666'],
    browserOrigins: ['https://chat.example.com'],
    holds: 'rolling',
  },

  // Every record and log keeps at most the network of a client's IP address. The others are `none`, `hmac` and `full`, and
  // only `full`, which excludes an archive, lets the firewall log what it blocked: docs/observability.md.
  addresses: 'truncated',

  // Audit events stay in the table for 90 days, and in an archive that cannot be shortened for a year: docs/audit.md.
  audit: { archiveDays: 365 },

  // An erasure can be cancelled for a week, and then unused credit goes back to the payment methods that bought it. With
  // `forfeit` credit ends with the account, and with `block` an operator decides.
  erasure: { graceDays: 7, balance: 'refund' },

  // People buy credit with Stripe, and Stripe adds tax: docs/deploy.md. Store the keys before the first deployment.
  payments: { stripe: true, automaticTax: true },

  // People sign in with a password, a code by email or a passkey, or at one of these identity providers.
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

  // SNS first sends an email to confirm the address. Until it is confirmed, no alarm is sent.
  alarmEmail: 'operator@example.com',
};
