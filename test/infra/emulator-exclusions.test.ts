import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMULATOR_EXCLUSIONS } from '../../lib/compliance/emulator-exclusions';
import { type Resource, type Synthesis, synthesize } from './synthesis';

const aws = synthesize('fullAddresses');
const emulator = synthesize('emulator');

/** The exclusion that applies to a resource, if any. */
const exclusionOf = ({ Type, Properties }: Resource) =>
  EMULATOR_EXCLUSIONS.find(
    ({ type, withProperty }) => type === Type && (withProperty === undefined || withProperty in Properties),
  );

test('a deployment to the emulator lacks the listed types and is otherwise the same', () => {
  const expected = [...aws.resources].filter(([, resource]) => exclusionOf(resource) === undefined);
  expect(Object.fromEntries(emulator.resources)).toEqual(Object.fromEntries(expected));
});

test('every exclusion still excludes a resource, and its test covers the type on AWS', () => {
  for (const exclusion of EMULATOR_EXCLUSIONS) {
    const { type, coveredBy } = exclusion;
    expect([...aws.resources.values()].filter((resource) => exclusionOf(resource) === exclusion)).not.toEqual([]);
    expect(existsSync(coveredBy) && readFileSync(coveredBy, 'utf8')).toContain(type);
  }
});

test('a synthesis for the emulator prints what it leaves out, and a synthesis for AWS prints nothing', () => {
  expect([...new Set(informationOf(emulator))]).toEqual(
    EMULATOR_EXCLUSIONS.map(({ type, because }) => `Left out for the emulator: ${type}, because ${because}.`).sort(),
  );
  expect(informationOf(aws)).toEqual([]);
});

type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

/** The messages that a synthesis adds to its constructs. */
function informationOf({ folder }: Synthesis): unknown[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.metadata.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Metadata)
    .flatMap((metadata) => Object.values(metadata).flat())
    .filter(({ type }) => type === 'aws:cdk:info')
    .map(({ data }) => data)
    .sort();
}
