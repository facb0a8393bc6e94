import { readFileSync } from 'node:fs';
import { blockedExports, type References, referencesOf } from '../../dev/tools/templates/references';
import { readStacks } from '../../dev/tools/templates/synthesized-stacks';
import { CONFIGURATIONS, type ConfigurationName } from './configurations';
import { synthesize } from './synthesis';

// CloudFormation refuses to remove an export that a live stack imports, and the emulator does not.

const NAMES = Object.keys(CONFIGURATIONS) as ConfigurationName[];
const known = new Map(NAMES.map((name) => [name, referencesOf(readStacks(synthesize(name).folder))]));
const referencesIn = (name: ConfigurationName): References => known.get(name)!;

/** Written by `npm run references` from the previous release. */
const { references: released } = JSON.parse(readFileSync('test/infra/released-references.json', 'utf8')) as {
  readonly references: Readonly<Record<string, References>>;
};

/** The configurations of the previous release that differ in their references, and the same ones of this release. */
const RELEASED: readonly (readonly [released: string, name: ConfigurationName])[] = [
  ['default', 'default'],
  ['audit-archive', 'documented'],
  ['identity', 'signIn'],
  ['second-region', 'elsewhere'],
];

/** Configurations between which a deployment can be switched, because they have the same stage and region. */
const HERE = ['default', 'domain', 'documented', 'identity', 'signIn', 'workloads'] as const;
const ELSEWHERE = ['elsewhere', 'example'] as const;

const switches = [HERE, ELSEWHERE].flatMap((names) =>
  names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const)),
);

test.each(switches)('a live deployment can be switched from the configuration %s to %s', (from, to) => {
  expect(blockedExports(referencesIn(from), referencesIn(to))).toEqual([]);
});

test('every configuration exports the same, except the archive, which nothing imports', () => {
  const exported = NAMES.map((name) =>
    Object.values(referencesIn(name))
      .flatMap(({ exports }) => exports.map((each) => each.replace(/^tollgate-.+-(?=[a-z]+:)/, '')))
      .filter((each) => !each.includes('AuditArchive')),
  );
  for (const each of exported) expect(each).toEqual(exported[0]);
  for (const name of NAMES)
    expect(Object.values(referencesIn(name)).flatMap(({ imports }) => imports)).not.toContainEqual(
      expect.stringContaining('AuditArchive'),
    );
});

test.each(RELEASED)('the previous release with the configuration %s can be upgraded to this one (%s)', (live, next) => {
  expect(blockedExports(released[live]!, referencesIn(next))).toEqual([]);
});

test.each(RELEASED)('the previous release with the configuration %s can replace this one (%s)', (next, live) => {
  expect(blockedExports(referencesIn(live), released[next]!)).toEqual([]);
});

test('a lost export is reported with the stack that imports it', () => {
  const live = {
    stores: { exports: ['stores:table', 'stores:unused'], imports: [] },
    functions: { exports: [], imports: ['stores:table'] },
  };
  const none = { exports: [], imports: [] };
  expect(blockedExports(live, { stores: none, functions: none })).toEqual([
    { stack: 'stores', exportName: 'stores:table', importedBy: 'functions' },
  ]);
});
