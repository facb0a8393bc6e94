import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../dev/cli/commands/command-line';
import { runOnFolder } from '../../dev/cli/commands/run-on-folder';
import type { CommandResult } from '../../dev/cli/commands/command-result';
import { UsageError } from '../../dev/cli/commands/usage';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { CHAT_MODEL, chatBody, type LocalRun, post, startLocalRun } from './local-run';
import { chatCompletion } from './provider-answers';
import { until } from './until';
import { wholeAnswer } from './upstream';

let run: LocalRun;

beforeAll(async () => {
  run = await startLocalRun();
  run.upstream.answerWith(
    wholeAnswer(chatCompletion('Hello', { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 })),
  );
});

afterAll(() => run.stop());

/** Runs a catalog command as another process would, so that the gateway, which owns the folder, executes it. */
function catalog(...words: readonly string[]): Promise<CommandResult> {
  const line = parseCommandLine(['catalog', ...words]);
  if (line?.target !== 'folder') throw new Error('not a command on the folder');
  return runOnFolder(new DataFolder(run.folder), line.command);
}

const json = ({ lines: [line = ''] }: CommandResult) => JSON.parse(line) as { readonly [name: string]: unknown };
const statusOf = async (model = CHAT_MODEL): Promise<number> =>
  (await post(run, '/v1/chat/completions', chatBody({ model }))).status;

// How soon it does is tested with a clock of its own in test/domain/catalog/live-catalog.test.ts.
test('a running gateway applies catalog changes', async () => {
  expect(await statusOf()).toBe(200);
  expect(json(await catalog('alias', 'house-model', CHAT_MODEL))).toEqual({ version: 1 });
  await catalog('hide', 'text-embedding-3-small');
  await until('the new name to be served', async () => (await statusOf('house-model')) === 200);
  expect(run.upstream.received.at(-1)?.json).toMatchObject({ model: CHAT_MODEL });
  expect((await post(run, '/v1/embeddings', { model: 'text-embedding-3-small', input: 'x' })).status).toBe(404);
  expect(run.log.filter((line) => line.includes('CATALOG_CHANGED'))).not.toEqual([]);
});

test('a price list is compared, proposed and approved, and the catalog then shows it', async () => {
  expect((await catalog('diff')).lines).toEqual(['The lists do not differ.']);
  const file = join(run.folder, 'list.json');
  const prices = [
    {
      version: 'mine',
      from: '2026-01-01T00:00:00Z',
      tiers: [{ abovePromptTokens: 0, picoPerToken: { input: 150_001 } }],
    },
  ];
  const model = { id: 'mine', aliases: [], endpoints: ['chat'], contextTokens: 1_000, outputTokensMax: 10, prices };
  writeFileSync(file, JSON.stringify({ source: 'test', providers: { openai: [model] } }));
  const diff = await catalog('diff', file);
  expect(diff.lines).toEqual([
    'openai/mine: added',
    expect.stringMatching(/^ {2}input: no price -> \$0\.150001 per million tokens, from 20/),
  ]);
  const partial = json(await catalog('propose', file));
  expect(partial).toMatchObject({ differences: 1 });
  const refused = await catalog('approve', String(partial['proposalId']));
  expect(refused).toMatchObject({
    exitCode: 1,
    error: expect.stringMatching(/^Approve a complete price list as a whole first/) as string,
  });

  const { proposalId, version } = json(await catalog('propose'));
  const stale = await catalog('approve', String(proposalId), '--version', '0');
  expect(stale).toMatchObject({ exitCode: 1, error: expect.stringMatching(/^It was changed since/) as string });
  const approved = await catalog('approve', String(proposalId), '--version', String(version));
  expect(json(approved)).toEqual({ version: Number(version) + 1 });
  const more = await catalog('approve', String(partial['proposalId']), '--model', 'openai/mine');
  expect(more).toMatchObject({ exitCode: 0 });
  const lines = (await catalog('show')).lines.map((line) => JSON.parse(line) as { readonly [name: string]: unknown });
  expect(lines[0]).toEqual({ version: Number(version) + 2, approved: false, compiledDiffersIn: 1 });
  expect(lines).toContainEqual(expect.objectContaining({ kind: 'alias', alias: 'house-model', model: CHAT_MODEL }));
  expect(lines).toContainEqual(expect.objectContaining({ list: 'openai', model: CHAT_MODEL, basisPoints: 0 }));
  expect(json(await catalog('changes', '--limit', '1'))).toMatchObject({
    number: Number(version) + 2,
    models: ['openai/mine'],
    settings: [],
  });
  expect(await statusOf()).toBe(200);
});

test('an invalid price list is reported in one line', async () => {
  const file = join(run.folder, 'none.json');
  writeFileSync(file, '{"source":"x","providers":{"openai":[{"id":"m"}]}}');
  expect(await catalog('diff', file)).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining('is not a valid price list: ') as string,
  });
  expect(await catalog('diff', join(run.folder, 'missing.json'))).toMatchObject({ exitCode: 1 });
});

test.each([
  [['catalog'], 'Unknown command "catalog".'],
  [['catalog', 'delete', 'x'], 'Unknown command "catalog delete".'],
  [['catalog', 'provider', 'openai', 'maybe'], 'Say "on" or "off" after the provider.'],
  [['catalog', 'markup', 'all', '2.5'], 'The markup must be a whole number of basis points (250 is 2.5%) or "none".'],
  [['catalog', 'markup', 'all'], 'An argument is missing.'],
  [['catalog', 'show', '--from', '2027-01-01T00:00:00Z'], 'This command does not take --from.'],
  [['catalog', 'hide', 'm', '--from', 'tomorrow'], 'Write the time as in 2027-01-01T00:00:00Z.'],
  [['catalog', 'approve', 'x'], 'Invalid proposal ID: it must be pro_ followed by a ULID'],
])('the command line %j is a usage error', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(new UsageError(message));
});
