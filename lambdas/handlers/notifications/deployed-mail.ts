import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CognitoVerifiedEmails } from '../../adapters/cognito/cognito-verified-emails';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { SesMailer } from '../../adapters/ses/ses-mailer';
import type { Env, MAIL_ENV } from '../../contracts/deployment/environment';
import { pepperSecretSchema } from '../../contracts/deployment/secrets';
import { MailRecipients } from '../../domain/accounts/mail-recipients';
import { systemClock as clock } from '../../domain/clock';
import type { Log } from '../../domain/log';
import { MailDelivery } from '../../domain/notifications/delivery/mail-delivery';
import { MailLinks } from '../../domain/notifications/delivery/mail-links';
import { Preferences } from '../../domain/notifications/people/preferences';
import { Suppressions } from '../../domain/notifications/people/suppressions';
import { derivedSecret, MAIL_SECRETS } from '../../domain/secret';
import { deployedProcessor } from '../payments/deployed-processor';

/** The delivery as it runs in AWS: one per execution environment. */
export async function deployedMail(env: Env<typeof MAIL_ENV>, log: Log): Promise<MailDelivery> {
  const client = new SecretsManagerClient(SDK_LIMITS);
  const secret = new CachedSecret({ client, arn: env.KEY_PEPPER_SECRET, schema: pepperSecretSchema, clock });
  const pepper = await secret.get();
  const secretFor = (purpose: keyof typeof MAIL_SECRETS) => derivedSecret(pepper, MAIL_SECRETS[purpose]);
  const tableNames = { outbox: env.OUTBOX_TABLE, accounts: env.ACCOUNTS_TABLE };
  const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
  const pool = new CognitoIdentityProviderClient(SDK_LIMITS);
  const emails = new CognitoVerifiedEmails({ client: pool, userPoolId: env.USER_POOL_ID });
  const processor = deployedProcessor(env, client)?.processor;
  const publicUrl = env.PUBLIC_URL === 'none' ? undefined : env.PUBLIC_URL;
  return new MailDelivery({
    store,
    clock,
    log,
    mailer: new SesMailer({ from: env.MAIL_FROM, configurationSet: env.MAIL_SET, log }),
    recipients: new MailRecipients({ store, emails, invitationsSecret: secretFor('invitations') }),
    preferences: new Preferences({ store }),
    suppressions: new Suppressions({ store, clock, secret: secretFor('suppressions') }),
    links: new MailLinks({ publicUrl, secret: secretFor('unsubscribe') }),
    // Only mails about invoices need Stripe's keys, so the delivery starts without them.
    invoicePage: processor && ((invoiceId) => processor.invoicePage(invoiceId)),
  });
}
