import { AUDIT_RETENTION_DAYS } from '../../../lambdas/contracts/storage/audit-event';
import type { BalancePolicy } from '../../../lambdas/contracts/deployment/erasure-settings';
import type { AddressPolicy } from '../../../lambdas/contracts/deployment/address-policy';
import type { Config } from '../../../lib/config';
import { ERASURE_DAYS_MAX } from '../../../lambdas/contracts/storage/erasure-rule';
import { MESSAGE_DAYS_MAX } from '../../../lambdas/domain/notifications/outbox/outbox';
import { EXPORT_DAYS } from '../../../lambdas/domain/privacy/export/exports';
import { code, table } from '../pages/table';
import { PROMISES } from '../pages/promises';
import { agreement } from './agreement';

const STRIPE = 'https://stripe.com/privacy';

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

/** Sentences about promises. A promise that still lacks something is not made. */
type Sentence = string | readonly [promise: string, sentence: string];

const isKept = (number: string): boolean =>
  PROMISES.some((promised) => promised.number === number && promised.missing === undefined);

const paragraph = (...sentences: readonly Sentence[]): string =>
  sentences
    .flatMap((sentence) => {
      if (typeof sentence === 'string') return [sentence];
      const [number, text] = sentence;
      return isKept(number) ? [text] : [];
    })
    .join(' ');

const ADDRESSES: Readonly<Record<AddressPolicy, string>> = {
  none: 'No record and no log keeps the IP address of a client.',
  hmac: 'Records and logs keep at most a keyed hash of a client’s IP address.',
  truncated: 'Records and logs keep at most the network of a client’s IP address, not the address.',
  full: 'Records about security keep the IP address of a client.',
};

const BALANCES: Readonly<Record<BalancePolicy, string>> = {
  refund: 'Purchased credit that is left is paid back to the payment methods that bought it.',
  forfeit: 'Credit that is left ends with the account.',
  block: 'While purchased credit is left, a person at [operator] decides with the owner what happens to it.',
};

/**
 * Renders the privacy notice of a deployment with the agreement on data processing and the text for California. It states
 * what the configuration does and what tests show, and nothing else. Brackets mark what only the operator knows.
 */
export function privacyNotice(config: Config, { title, origin }: { readonly title: string; readonly origin: string }) {
  return [
    `# ${title}`,
    origin,
    'It is a template. Complete what is in brackets, remove what does not apply to you, and have a lawyer read it. Publish it as a version of the policy `privacy`, so that each member is told about it once.',
    'Last updated: [date of the version]',
    '## Who is responsible',
    'The gateway is operated by [operator, address, contact]. [operator] is the **controller** of the data about accounts, their members, payments and usage. For the content of requests, [operator] is the **processor** of the organisation that sends them, under the agreement below.',
    '## The data, and how long it is kept',
    table(['data', 'purpose', 'legal ground', 'kept'], rowsOf(config)),
    paragraph(ADDRESSES[config.addresses], [
      '06',
      'Each kind of record has its own end, and a nightly check raises an alarm about anything that outlived it.',
    ]),
    '## The content of requests',
    paragraph(
      'Prompts, completions, images and tool arguments pass through the memory of the gateway.',
      [
        '03',
        'Only metadata of a request is recorded: time, endpoint, model, providers, key with its labels and its payer, a keyed hash of the end user if the account asks for one, tokens, cost, status and durations.',
      ],
      ['01', 'The gateway stores and logs no content, and trains nothing with it.'],
      [
        '02',
        'The provider that serves a model gets the content of the request, and nothing about the account, its members or their addresses.',
      ],
    ),
    '## Processors and transfers',
    table(['processor', 'gets', 'where'], processorsOf(config)),
    paragraph(
      ['27', 'Data is not sold.'],
      'A region that a provider states is its own statement; one that is not stated may be anywhere. [Safeguards for transfers, such as standard contractual clauses]',
    ),
    '## Your rights',
    ...rightsOf(config).map((right) => `- ${right}`),
    'Write to [contact] about any of them. You can complain to [supervisory authority].',
    ...securityOf(config),
    ...paymentsOf(config),
    ...mattersOf(config),
    ...california(config),
    ...agreement(config),
    '',
  ].join('\n\n');
}

const titled = (title: string, sentence: readonly [promise: string, sentence: string]): readonly string[] =>
  isKept(sentence[0]) ? [`## ${title}`, sentence[1]] : [];

function rowsOf({ usageDays, logDays, pitrDays, audit, statistics }: Config): readonly (readonly string[])[] {
  const untilErased = `until it is deleted, and then at most ${days(ERASURE_DAYS_MAX)}`;
  const archive = audit.archiveDays === undefined ? '' : `, and ${days(audit.archiveDays)} in an archive`;
  return [
    ['accounts, members, roles, mail addresses, billing details', 'to provide the service', 'contract', untilErased],
    ['API keys, as hashes, and their limits', 'to identify callers', 'contract', untilErased],
    [
      'credit, payments and the ledger',
      'to account for money',
      'contract; legal obligation',
      'indefinitely; after the account is deleted, under a pseudonym that leads to nobody',
    ],
    ['metadata of requests and sums of it', 'to charge requests and to show usage', 'contract', days(usageDays)],
    [
      'audit log: who did what, by pseudonym',
      'security',
      'legitimate interest',
      `${days(AUDIT_RETENTION_DAYS)}${archive}`,
    ],
    [
      'messages that are still to be delivered',
      'to tell people about their accounts',
      'contract; consent for optional mails',
      `at most ${days(MESSAGE_DAYS_MAX)}`,
    ],
    [
      'log lines: codes, IDs, amounts, durations',
      'operation and security',
      'legitimate interest',
      `at most ${days(logDays)}`,
    ],
    ['exports that a person asked for, encrypted', 'the right to a copy', 'legal obligation', days(EXPORT_DAYS)],
    ['messages to support, and answers to surveys', 'to help people', 'contract', '1 year'],
    [
      'keyed hashes of mail addresses that bounced',
      'to send no more mails there',
      'legitimate interest',
      'at most 1 year',
    ],
    [
      'which versions of policies a person accepted, and that they are an adult',
      'to show consent',
      'legal obligation',
      untilErased,
    ],
    [
      'histories of workflows: IDs of accounts, people, exports and erasures',
      'operation',
      'legitimate interest',
      '90 days',
    ],
    ['backups of the above', 'to restore the service', 'legitimate interest', days(pitrDays)],
    [
      'anonymised statistics',
      'to improve the service',
      'no personal data',
      `indefinitely; at least ${statistics.accountsMin} accounts in each`,
    ],
  ];
}

function processorsOf({ region, providers, payments }: Config): readonly (readonly string[])[] {
  return [
    [
      'Amazon Web Services',
      'everything that is stored; content while it passes through',
      `${region ?? '[region of the deployment]'}; its edge, everywhere`,
    ],
    ...(payments === undefined
      ? []
      : [['Stripe', 'the account’s ID, amounts, billing details, and what people enter on its pages', 'Stripe’s']]),
    ...providers.map(({ id, baseUrl, region: stated, zeroDataRetention }) => [
      id,
      `the content of requests to its models, at ${code(new URL(baseUrl).host)}; ${zeroDataRetention === true ? 'it states that it keeps none' : 'what it keeps follows from its terms'}`,
      stated ?? 'not stated',
    ]),
  ];
}

function rightsOf({ erasure, pitrDays, payments }: Config): readonly string[] {
  const rights: readonly Sentence[] = [
    [
      '10',
      'Access and portability: owners and each person can have a copy of their data, as JSON and CSV in an encrypted archive.',
    ],
    ['11', 'Correction: names, billing details and mail addresses are stored once, and can be changed at any time.'],
    ['12', 'Restriction: a person or an owner can restrict processing, and lift that again.'],
    [
      '09',
      `Erasure: an owner can have the account erased, and each person themselves. It can be cancelled for ${days(erasure.graceDays)}. The data is erased at most ${days(ERASURE_DAYS_MAX)} after the request, and its backups end within ${days(pitrDays)} after that. A legal hold, or money that is owed or left, can delay that. A signed certificate tells when it was done. The ledger stays, under a pseudonym.${payments === undefined ? '' : ` ${BALANCES[erasure.balance]}`}`,
    ],
    [
      '13',
      'Mails: optional mails can be declined with one click. Mails about money, security and the service are always sent.',
    ],
    ['26', 'Support: messages and answers to surveys are part of your data, and of the copy.'],
  ];
  return rights.flatMap((right) => paragraph(right) || []);
}

const california = ({ payments }: Config): readonly string[] => [
  '## California',
  table(
    ['category (CCPA)', 'collected', 'sold or shared'],
    [
      ['identifiers', 'mail address, pseudonyms', 'no'],
      ['commercial information', payments === undefined ? 'usage and credit' : 'usage, credit and purchases', 'no'],
      ['internet activity', 'metadata of requests; their content is not collected', 'no'],
      ['sensitive personal information', 'none', 'no'],
    ],
  ),
  paragraph(
    'The sources are you, your organisation and your use of the service; the purposes and periods are in the table above.',
    'Residents of California can know, delete and correct their personal information, and are not treated differently for it. Use the rights above, or write to [contact]; an authorised agent may do so for you.',
    ['27', 'Personal information is neither sold nor shared for advertising, so there is nothing to opt out of.'],
  ),
];

const securityOf = (config: Config): readonly string[] => [
  '## Security',
  paragraph(
    config.domain === undefined
      ? 'Requests over a version of TLS before 1.3 are refused.'
      : 'Connections use TLS 1.3; older handshakes fail.',
    'Stored data is encrypted with keys of AWS KMS.',
    'API keys are shown once and stored as salted hashes with a pepper (HMAC-SHA-256).',
    ['16', 'Passwords are in the user pool of Amazon Cognito, which stores hashes; the gateway has none.'],
    ['22', 'Access depends on a person’s role, and each function has a role of its own with the least permissions.'],
    ...(config.identity.operatorMfa === 'required' ? ['Operators need a second factor.'] : []),
    ['07', 'Administrative actions are in an audit log in which a change is noticed.'],
    ['31', 'Rates are limited, and unusual spending raises an alarm or suspends a key, without reading content.'],
  ),
  'This notice claims no certificate. Name yours here only if you hold one: [none]',
];

const paymentsOf = ({ payments }: Config): readonly string[] =>
  payments === undefined
    ? []
    : [
        '## Payments',
        paragraph(
          [
            '18',
            `Stripe takes the payments on its own pages ([its notice](${STRIPE})). Card data never reaches the gateway.`,
          ],
          [
            '08',
            'Movements of money are kept indefinitely, because bills have to be explained; after an erasure they name a pseudonym.',
          ],
          ['25', 'Invoices and billing details are kept with the account and at Stripe.'],
        ),
      ];

/** Sections of one sentence each. */
const mattersOf = (config: Config): readonly string[] => [
  ...titled('Cookies', ['19', 'Pages set no cookies but those that signing in needs, and have no trackers.']),
  ...titled('Age', [
    '20',
    'The service is for adults: a person states that they are 18 or older before their first key. Anyone can report the account of a child.',
  ]),
  ...titled('Statistics', [
    '33',
    `Statistics that outlive usage are sums over at least ${config.statistics.accountsMin} accounts, and name none.`,
  ]),
  ...titled('Disclosure', [
    '29',
    'What is disclosed to an authority, and a transfer of the business, is recorded in the audit log, and members are told where the law allows it.',
  ]),
  ...titled('Changes', [
    '21',
    'Each member is told once about a new version of this notice before it takes effect, and can see the versions and their own acceptance.',
  ]),
];
