import { randomBytes } from 'node:crypto';
import { Idempotency } from '../../../adapters/idempotency/idempotency';
import type { AddressPolicy } from '../../../contracts/deployment/address-policy';
import type { ErasureSettings } from '../../../contracts/deployment/erasure-settings';
import { ADDRESS_POLICY_DEFAULT } from '../../../contracts/deployment/address-policy';
import type { CatalogData } from '../../../contracts/storage/catalog';
import { Access } from '../../../domain/access/access';
import { Accounts } from '../../../domain/accounts/accounts';
import { Invitations } from '../../../domain/accounts/invitations';
import { Members } from '../../../domain/accounts/members';
import { Ownership } from '../../../domain/accounts/ownership';
import { FailedAttempts } from '../../../domain/attempts/failed-attempts';
import { AuditLog } from '../../../domain/audit/audit-log';
import { keepAddressBy } from '../../../domain/audit/kept-address';
import { CatalogChanges } from '../../../domain/catalog/catalog-changes';
import { PRICE_LIST } from '../../../domain/catalog/price-list';
import { Proposals } from '../../../domain/catalog/proposals';
import type { Clock } from '../../../domain/clock';
import type { FederatedTokens } from '../../../domain/federation/federated-tokens';
import { TokenExchange } from '../../../domain/federation/token-exchange';
import { Trusts } from '../../../domain/federation/trusts';
import type { SecondFactors } from '../../../domain/identity/second-factors';
import type { TokenVerifier } from '../../../domain/identity/token-verifier';
import type { AddressBook } from '../../../domain/identity/address-book';
import type { VerifiedEmails } from '../../../domain/identity/verified-emails';
import { KeySuspensions } from '../../../domain/keys/key-suspensions';
import { Keys } from '../../../domain/keys/keys';
import { leavingPayer } from '../../../domain/keys/payers/leaving-payer';
import { SpendingRulesAdministration } from '../../../domain/keys/spending/spending-rules';
import type { Log } from '../../../domain/log';
import { audiencesOf, type Notify, notifyBy } from '../../../domain/notifications/outbox/outbox';
import { Preferences } from '../../../domain/notifications/people/preferences';
import { Deliveries } from '../../../domain/notifications/webhooks/deliveries';
import { WebhookSecrets } from '../../../domain/notifications/webhooks/webhook-secrets';
import { Webhooks } from '../../../domain/notifications/webhooks/webhooks';
import { Operators } from '../../../domain/people/operators';
import { People } from '../../../domain/people/people';
import { SignIns } from '../../../domain/people/sign-ins';
import { Coupons } from '../../../domain/payments/coupons/coupons';
import { LowBalances } from '../../../domain/payments/low-balances';
import type { Payments } from '../../../domain/payments/payments';
import { Policies } from '../../../domain/policies/policies';
import { Erasures } from '../../../domain/privacy/erasure/erasures';
import { LegalHolds } from '../../../domain/privacy/erasure/legal-holds';
import type { ErasureWorkflows } from '../../../domain/privacy/erasure/ports';
import { Exports } from '../../../domain/privacy/export/exports';
import type { ExportLinks, Workflows } from '../../../domain/privacy/export/ports';
import { ChildReports } from '../../../domain/privacy/children/child-reports';
import { Restrictions } from '../../../domain/privacy/restriction/restrictions';
import { derivedSecret, MAIL_SECRETS, WEBHOOK_SECRETS } from '../../../domain/secret';
import { Support } from '../../../domain/support/support';
import type { TableStore } from '../../../domain/table/table-store';
import { Funds } from '../../../domain/wallet/funds/funds';
import { Cursors } from './cursors';

export interface ApiOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly verifier: TokenVerifier;
  /** Verifies the tokens of outside issuers. */
  readonly federatedTokens: FederatedTokens;
  /** Tells whose address an invitation was sent to. */
  readonly emails: VerifiedEmails;
  /** Finds a reported child by their address. */
  readonly addressBook: AddressBook;
  /** The deployment's secret, from which the API's own secrets are derived. */
  readonly pepper: string;
  /** The compiled price list. @default PRICE_LIST */
  readonly compiled?: CatalogData;
  /** Ids of the configured providers. @default unknown: any id is accepted */
  readonly providerIds?: readonly string[];
  /** The part of people's addresses that the audit log keeps. @default ADDRESS_POLICY_DEFAULT */
  readonly addressPolicy?: AddressPolicy;
  /** @default none: the deployment takes no payments */
  readonly payments?: Payments | undefined;
  /** Runs exports, and signs links to their files. */
  readonly exports: { readonly workflows: Workflows; readonly links: ExportLinks };
  /** Runs erasures. */
  readonly erasures: { readonly workflows: ErasureWorkflows; readonly settings: ErasureSettings };
  /** The page to which customers return from Stripe. @default they have to name one */
  readonly publicUrl?: string | undefined;
  /** Whether the deployment sends mails. @default no: inviters pass tokens on, and only webhooks get events */
  readonly sendsMail?: boolean;
  /** Whether webhooks may be on the machine itself. @default no */
  readonly allowsLoopback?: boolean;
  /** @default none: operators need no second factor */
  readonly secondFactors?: SecondFactors | undefined;
}

/** The services that the API's routes use. */
export type ApiDependencies = ReturnType<typeof apiDependencies>;

export function apiDependencies(options: ApiOptions) {
  const { store, clock, log, verifier, federatedTokens: tokens, pepper, secondFactors, emails } = options;
  const { compiled = PRICE_LIST, providerIds, addressPolicy = ADDRESS_POLICY_DEFAULT, sendsMail = false } = options;
  const { allowsLoopback = false } = options;
  const notify = notifyBy(clock, audiencesOf(sendsMail));
  const { payments, publicUrl } = options;
  const funds = new Funds({ store, clock });
  const audit = new AuditLog({ store, clock });
  const spending = new SpendingRulesAdministration({ store, clock, audit });
  const members = new Members({ store, audit, clock, notify, leaving: leavingPayer({ store, clock, audit }) });
  const webhookSecrets = new WebhookSecrets(derivedSecret(pepper, WEBHOOK_SECRETS));
  const invitationSecret = derivedSecret(pepper, MAIL_SECRETS.invitations);
  const keys = new Keys({ store, pepper, clock, audit, notify });
  const trusts = new Trusts({ store, clock, audit });
  const accounts = new Accounts({ store, clock, audit });
  return {
    store,
    clock,
    log,
    verifier,
    sendsMail,
    audit,
    members,
    keys,
    trusts,
    compiled,
    payments,
    publicUrl,
    funds,
    lowBalances: new LowBalances({ store, clock, funds, notify }),
    coupons: new Coupons({ store, clock, audit, funds, secret: derivedSecret(pepper, 'coupons') }),
    attempts: new FailedAttempts({ clock }),
    people: new People({ store, clock, notify }),
    signIns: sendsMail ? new SignIns({ store, clock }) : undefined,
    operators: new Operators({ store, clock, audit }),
    access: new Access({ store, secondFactors }),
    accounts,
    ownership: new Ownership({ clock, audit, members, notify }),
    invitations: new Invitations({ store, clock, audit, emails, notify, secret: invitationSecret }),
    support: new Support({ store, clock, audit, notify }),
    ...rightsServices(options, { accounts, audit, notify }),
    policies: new Policies({ store, clock, audit }),
    preferences: new Preferences({ store }),
    webhooks: new Webhooks({ store, clock, audit, secrets: webhookSecrets }),
    deliveries: new Deliveries({ store, clock, audit }),
    allowsLoopback,
    unsubscribeSecret: derivedSecret(pepper, MAIL_SECRETS.unsubscribe),
    spending,
    keySuspensions: new KeySuspensions({ store, clock, audit }),
    tokenExchange: new TokenExchange({ store, clock, log, trusts, keys, tokens }),
    catalog: new CatalogChanges({ store, clock, audit, compiled, providerIds }),
    proposals: new Proposals({ store, clock, audit, compiled }),
    keepAddress: keepAddressBy(addressPolicy, derivedSecret(pepper, 'addresses')),
    cursors: new Cursors(derivedSecret(pepper, 'cursors')),
    idempotency: new Idempotency({ store, clock, secret: derivedSecret(pepper, 'idempotency') }),
  };
}

/** The services with which people exercise their rights about their data, and operators do so for them. */
function rightsServices(
  options: ApiOptions,
  { accounts, audit, notify }: { readonly accounts: Accounts; readonly audit: AuditLog; readonly notify: Notify },
) {
  const { store, clock, log, addressBook } = options;
  const restrictions = new Restrictions({ store, clock, audit });
  const erasures = new Erasures({ store, clock, audit, notify, ...options.erasures });
  return {
    restrictions,
    erasures,
    exports: new Exports({ store, clock, audit, ...options.exports, randomBytes }),
    legalHolds: new LegalHolds({ store, clock, audit }),
    childReports: new ChildReports({ store, clock, log, audit, addressBook, accounts, restrictions, erasures }),
    reportAttempts: new FailedAttempts({ clock }),
  };
}
