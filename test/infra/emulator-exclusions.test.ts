import { existsSync, readFileSync } from 'node:fs';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EMULATOR_EXCLUSIONS } from '../../lib/compliance/emulator-exclusions';
import { synthesize } from './synthesis';

const aws = synthesize({});
const emulator = synthesize({ target: 'emulator' });

test('a deployment to the emulator lacks what is listed and is the same in everything else', () => {
  const excluded = EMULATOR_EXCLUSIONS.map(({ type }) => type);
  const expected = [...aws.resources].filter(([, { Type }]) => !excluded.includes(Type));
  expect(Object.fromEntries(emulator.resources)).toEqual(Object.fromEntries(expected));
});

test('every exclusion still excludes something, and its test asserts it for AWS', () => {
  for (const { type, coveredBy } of EMULATOR_EXCLUSIONS) {
    expect([...aws.resources.values()].filter(({ Type }) => Type === type)).not.toEqual([]);
    expect(existsSync(coveredBy) && readFileSync(coveredBy, 'utf8')).toContain(type);
  }
});

test('a synthesis says what it leaves out, and one for AWS says nothing', () => {
  const said = (stacks: typeof aws.stacks) =>
    [stacks.stateful, stacks.service, stacks.edge].flatMap((stack) =>
      Annotations.fromStack(stack).findInfo('*', Match.stringLikeRegexp('^Left out for the emulator: ')),
    );
  expect(said(emulator.stacks).map(({ entry }) => entry.data)).toEqual(
    EMULATOR_EXCLUSIONS.map(({ type, because }) => `Left out for the emulator: ${type}, because ${because}.`),
  );
  expect(said(aws.stacks)).toEqual([]);
});
