/** One promise that privacy policies of gateway services make, and how this gateway keeps it. */
export interface Promised {
  /** Two digits, which begin the titles of the tests that show it. */
  readonly number: string;
  readonly promise: string;
  /** The mechanism that keeps it. */
  readonly control: string;
  /** A promise that lacks nothing is kept. */
  readonly missing?: string;
  /** The operator has to do this, because no code can. */
  readonly operator?: string;
}

/** The promises of five gateway services about privacy, money and security, without repetitions. */
export const PROMISES: readonly Promised[] = [
  {
    number: '01',
    promise: 'Content is never stored, logged or used for training.',
    control:
      'Bodies pass through memory only; log lines are codes with allow-listed fields; Bedrock gets no request while its account logs prompts.',
    operator: 'Choose providers whose terms exclude training, and state it in their settings.',
  },
  {
    number: '02',
    promise: 'Providers get the content of a request and nothing of the account.',
    control: 'An allow-list of headers; identities are cut out of the body.',
  },
  {
    number: '03',
    promise: 'Only metadata of a request is recorded.',
    control: 'Usage records have a closed schema.',
  },
  {
    number: '04',
    promise: 'Addresses in logs serve security only and are gone soon.',
    control:
      'One policy for addresses covers every log; a log that cannot honour it is off. Every log group expires within 30 days, one with addresses within 7.',
  },
  {
    number: '05',
    promise: 'Metadata of requests ends after 90 days, and only anonymised sums stay.',
    control: 'A TTL with reads that filter; statistics without IDs, with small groups left out.',
  },
  {
    number: '06',
    promise: 'Each kind of record has its own retention, of at most twelve months for usage.',
    control: 'Policy profiles; a nightly check finds what is older than its class allows.',
  },
  {
    number: '07',
    promise: 'Every administrative action is in an audit log that nobody can change.',
    control: 'A hash chain in each account; every principal is denied updates and deletions.',
  },
  {
    number: '08',
    promise: 'Movements of money are kept indefinitely.',
    control: 'Entries of the ledger have no TTL and name an account by its pseudonym.',
  },
  {
    number: '09',
    promise: 'Personal data is gone within 30 days after an account is deleted.',
    control:
      'A workflow erases what the register says, and verifies that nothing is left; backups end within 28 days and logs within 30.',
    operator: 'A legal hold is yours to set and to lift.',
  },
  {
    number: '10',
    promise: 'People get a copy of their data in a machine-readable form.',
    control: 'A workflow writes every exported field of the register to an encrypted archive.',
  },
  {
    number: '11',
    promise: 'People can have wrong data corrected.',
    control:
      'An account’s name and billing details, and the address in the user pool, are stored once and can be changed; Stripe is told.',
  },
  {
    number: '12',
    promise: 'People can restrict the processing of their data.',
    control: 'A restriction that refuses requests, and stops statistics, alerts and optional mails.',
  },
  {
    number: '13',
    promise: 'People can decline mails that are not essential.',
    control: 'Categories with one-click unsubscribing; mails about money and security are always sent.',
  },
  {
    number: '14',
    promise: 'Mails about money, security and the service arrive.',
    control: 'An outbox that is written with its event; each event is one mail.',
  },
  {
    number: '15',
    promise: 'API keys are stored as salted hashes.',
    control: 'HMAC-SHA-256 with a salt and a pepper; a key is shown once.',
    missing: 'bcrypt as a setting.',
  },
  {
    number: '16',
    promise: 'Passwords are hashed.',
    control: 'The user pool (Cognito) has all factors; no table stores any.',
  },
  {
    number: '17',
    promise: 'Connections use TLS 1.3, and stored data is encrypted.',
    control: 'The edge refuses requests over older versions; tables and buckets use a KMS key.',
    operator: 'Without a domain of your own CloudFront completes older handshakes before it refuses the request.',
  },
  {
    number: '18',
    promise: 'Card data is with Stripe only.',
    control: 'Purchases happen on Stripe’s pages; a card number in any text is refused.',
  },
  {
    number: '19',
    promise: 'Pages set no cookies that are not essential, and have no trackers.',
    control: 'A content security policy allows the own origin only.',
    missing: 'The console, whose pages are to be tested too.',
  },
  {
    number: '20',
    promise: 'The service is for adults.',
    control: 'A dated statement of age is needed before the first key.',
  },
  {
    number: '21',
    promise: 'Changes of policies are announced.',
    control: 'Versions of policies; each is one mail to every member, and acceptance is recorded.',
    missing: 'A banner in the console.',
  },
  {
    number: '22',
    promise: 'Access is by role, with the least privilege.',
    control: 'A table of roles and routes; every function has a role with exactly the permissions that it uses.',
  },
  {
    number: '23',
    promise: 'The service is audited and scanned regularly.',
    control:
      'Rule packs run on every template, and no finding is unexplained; a pack of evidence maps controls to tests and lists all software components.',
    operator: 'Audits and certificates are yours; this software claims none.',
  },
  {
    number: '24',
    promise: 'Use is paid in advance, and bills agree with payments.',
    control: 'A double-entry ledger that is reconciled with Stripe to the cent.',
  },
  {
    number: '25',
    promise: 'Subscriptions have invoices and billing details.',
    control: 'Subscriptions at Stripe, each of whose invoices credits the wallet once.',
  },
  {
    number: '26',
    promise: 'Support messages and surveys are part of a person’s data.',
    control: 'Threads with the operators and surveys, which are in exports and end with erasure.',
    missing: 'Pages of the console for them.',
  },
  {
    number: '27',
    promise: 'Data is not sold, and processors are named.',
    control: 'The register of subprocessors is generated from the templates.',
    operator: 'Publish your own list, with your region and providers.',
  },
  {
    number: '28',
    promise: 'Data crosses borders only as stated.',
    control: 'A key can be bound to regions of providers.',
    missing: 'A rule of residency for a whole account.',
    operator: 'The region of a provider is your statement.',
  },
  {
    number: '29',
    promise: 'A disclosure to authorities, or a transfer of the business, leaves a trace.',
    control:
      'A legal hold pauses an erasure; the notice of a transfer is one mail to every member. The audit log has both.',
    missing: 'Audited extracts for authorities.',
    operator: 'The transfer itself is yours, by the procedure in docs/rights.md.',
  },
  {
    number: '30',
    promise: 'Deleting an account ends access and its remaining credit.',
    control: 'Erasing an account pays its unused credit back, forfeits it, or waits for an operator, as configured.',
  },
  {
    number: '31',
    promise: 'Fraud and abuse are detected.',
    control: 'Limits on attempts, purchases and keys; a watch on unusual spend; none of them reads content.',
  },
  {
    number: '32',
    promise: 'Data is deleted or anonymised when it is no longer needed.',
    control: 'A store without a class and a retention fails the synthesis.',
  },
  {
    number: '33',
    promise: 'Statistics that improve the service are anonymous.',
    control: 'Statistics have no ID, and leave out groups of fewer than five accounts.',
  },
  {
    number: '34',
    promise: 'There are a dashboard, a website and documentation.',
    control: 'The documentation in this repository.',
    missing: 'The console and the site.',
  },
];
