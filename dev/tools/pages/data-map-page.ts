import { type ErasureRule, OF_NO_ACCOUNT, ruleFor } from '../../../lambdas/contracts/storage/erasure-rule';
import type { FieldRule, StoredItem } from '../../../lambdas/contracts/storage/stored-item';
import { type TableName, TABLES } from '../../../lambdas/contracts/storage/tables';
import { fieldsWith, REGISTER } from '../../../lambdas/domain/privacy/register';
import { KINDS } from '../../../lambdas/domain/notifications/outbox/kinds';
import type { Assembly } from './assembly';
import { code, table } from './table';

const GENERATED = 'Written by `npm run docs` from the register of stored items (lambdas/domain/privacy/register.ts).';

/** Renders every stored item with its fields, their classes and rights. */
export function dataMapPage(): string {
  return [
    '# Stored items',
    GENERATED,
    `${REGISTER.length} kinds of items with ${REGISTER.flatMap(({ fields }) => Object.keys(fields)).length} fields. A test fails if a field has no class and rights, if a personal field is neither exported nor erased, if erasure leaves an erasable field, or if the code stores an item or a field that is not here. [The data map](../data-map.md) has what is stored outside of tables, and what is not stored.`,
    ...TABLES.flatMap(({ name, dataClass }) => {
      const items = REGISTER.filter((item) => item.table.name === name);
      if (items.length === 0) return [];
      return [`## ${name}`, `The class of the table is ${dataClass}.`, ...items.flatMap(sectionOf)];
    }),
    '',
  ].join('\n\n');
}

function sectionOf(item: StoredItem): readonly string[] {
  const { kind, about, ends, fields, ofAccount, ofPerson, through = [], notFound } = item;
  const owners = [
    ...(ofAccount ? ['the account'] : []),
    ...(ofPerson ? ['the person'] : []),
    ...through.map(({ kind: other }) => `its ${other}`),
  ];
  const found = notFound ?? `It is found by ${listOf(owners)}.`;
  const groups = new Map<string, string[]>();
  for (const [name, rule] of Object.entries(fields)) {
    const group = JSON.stringify(rule);
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  const rows = [...groups].map(([group, names]) => {
    const { dataClass, rights } = JSON.parse(group) as FieldRule;
    return [names.map(code).join(' '), dataClass, rights.join(', ') || '–'];
  });
  return [
    `### ${kind}`,
    `${about[0]?.toUpperCase() ?? ''}${about.slice(1)}. Kept: ${ends}. ${found} ${erasureOf(item)}`,
    ...(rows.length === 0 ? [] : [table(['fields', 'class', 'rights'], rows)]),
  ];
}

const listOf = (words: readonly string[]): string =>
  [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' and ');

/** The rules of a kind for erasure, as sentences. */
function erasureOf({ erasure, ofAccount, ofPerson }: StoredItem): string {
  if ('does' in erasure) return `Erasure: ${ruleText(erasure)}`;
  const { account, person } = erasure;
  return [
    ...(ofAccount ? [`Erasure of the account: ${ruleText(account)}`] : []),
    ...(ofPerson ? [`Erasure of the person: ${ruleText(person)}`] : []),
  ].join(' ');
}

function ruleText(rule: ErasureRule): string {
  switch (rule.does) {
    case 'deleted':
      return '**deleted**.';
    case 'reduced':
      return `**reduced** by ${rule.fields.map(code).join(', ')}. ${rule.reason}`;
    case 'expires':
      return `**expires** within ${rule.days === 1 ? 'a day' : `${rule.days} days`}. ${rule.reason}`;
    case 'ends':
      return '**ends** with the erasure, whose last step deletes it.';
    case 'kept':
      return `**kept**. ${rule.reason}`;
  }
}

/** The purpose and the legal ground of each table. The law (GDPR, article 30) asks for both. */
const PURPOSES: Readonly<Record<TableName, readonly [purpose: string, ground: string]>> = {
  accounts: ['to provide accounts to people, and to know who may do what', 'contract'],
  keys: ['to identify callers and enforce their limits', 'contract'],
  wallet: ['to account for money', 'contract; legal obligation to keep accounts'],
  usage: ['to charge requests and prove the charges', 'contract'],
  rollups: ['to show accounts what they use, and to notice sudden spend', 'contract'],
  statistics: ['to know how much is used of what', 'no personal data'],
  audit: ['to show who did what', 'legitimate interest in security'],
  catalog: ['to price requests', 'no personal data'],
  outbox: ['to tell people about their accounts', 'contract; consent for optional mails'],
};

/** Renders the record of processing activities. */
export function processingPage({ resources }: Assembly): string {
  const rows = TABLES.map(({ name }) => {
    const items = REGISTER.filter((item) => item.table.name === name);
    const [purpose, ground] = PURPOSES[name];
    const personal = items.filter(({ fields }) =>
      Object.values(fields).some(({ dataClass }) => dataClass === 'personal'),
    );
    return [
      name,
      purpose,
      ground,
      personal.map(({ kind }) => kind).join(', ') || '–',
      exportedIn(items),
      keptIn(items),
    ];
  });
  const buckets = resources.filter(({ Type }) => Type === 'AWS::S3::Bucket').length;
  return [
    '# Record of processing',
    GENERATED,
    `The controller is the operator of the deployment. Data is stored in ${rows.length} tables, ${buckets} buckets, the user pool and the logs ([resources](resources.md)); [the data map](../data-map.md) says for how long.`,
    table(
      [
        'table',
        'purpose',
        'legal ground',
        'kinds with personal data',
        'kinds that are exported',
        'kinds that erasure keeps',
      ],
      rows,
    ),
    `Mails of ${Object.keys(KINDS).length} kinds are sent ([notifications](../notifications.md)). No data is sold, and no content of requests is stored.`,
    '',
  ].join('\n\n');
}

const exportedIn = (items: readonly StoredItem[]): string =>
  items
    .filter((item) => fieldsWith('exported', item).length > 0)
    .map(({ kind }) => kind)
    .join(', ') || '–';

/** The kinds that stay although their account or person is erased. Those of no account and no person are left out. */
const keptIn = (items: readonly StoredItem[]): string =>
  items
    .filter(({ erasure }) => erasure !== OF_NO_ACCOUNT && ruleFor(erasure, 'account').does === 'kept')
    .map(({ kind }) => kind)
    .join(', ') || '–';
