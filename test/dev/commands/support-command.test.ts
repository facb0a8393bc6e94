import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../../dev/cli/commands/command';
import { parseCommandLine } from '../../../dev/cli/commands/command-line';
import type { CommandServices } from '../../../dev/cli/commands/command-services';
import { runCommand } from '../../../dev/cli/commands/run-command';
import { NO_NOTIFY } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Support } from '../../../lambdas/domain/support/support';
import { AccountStage } from '../../domain/accounts/account-stage';
import { waitingMessages } from '../../domain/notifications/waiting-messages';

const parse = (...words: readonly string[]) =>
  (parseCommandLine(['support', ...words]) as { readonly command: Command }).command;

function answerIn(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'support-')), 'answer.txt');
  writeFileSync(file, text);
  return file;
}

describe('the commands about support', () => {
  test('promise-26 an operator lists, answers, closes and reopens a thread, and the person is told of the answer', async () => {
    const stage = new AccountStage();
    const { owner } = await stage.account();
    const { personId } = owner;
    const { store, clock, audit } = stage;
    // Only these services are used.
    const services = { store, clock } as unknown as CommandServices;
    const support = new Support({ store, clock, audit, notify: NO_NOTIFY });
    const actor = { kind: 'self', personId } as const;
    const { threadId } = await support.open(personId, { subject: 'A question', text: 'Why?' }, actor);
    const run = async (...words: readonly string[]) => {
      const { lines } = await runCommand(services, parse(...words));
      return lines.map((line) => JSON.parse(line) as object);
    };
    expect(await run('list')).toEqual([{ threadId, personId }]);
    expect(await run('answer', personId, threadId, '--file', answerIn('Because.\n'))).toMatchObject([
      { threadId, writtenBy: 'operator' },
    ]);
    expect((await waitingMessages(store)).map(({ kind }) => kind)).toEqual(['support_answered']);
    expect(await run('show', personId, threadId)).toMatchObject([{ threadId }, {}, {}]);
    expect(await run('close', personId, threadId)).toMatchObject([{ state: 'closed' }]);
    expect([await run('list'), await run('list', 'closed')]).toEqual([[], [{ threadId, personId }]]);
    expect(await run('reopen', personId, threadId)).toMatchObject([{ state: 'open' }]);
    const other = 'per_01JD0000000000000000000009';
    expect(await runCommand(services, parse('show', other, threadId))).toMatchObject({
      exitCode: 1,
      error: 'There is no such support thread.',
    });
  });

  test('an answer without a file, and one with a card number, are refused in one line', () => {
    const ids = ['per_01JD0000000000000000000001', 'sup_01JD0000000000000000000001'];
    expect(() => parse('answer', ...ids)).toThrow('Give the answer with --file <file>.');
    expect(() => parse('answer', ...ids, '--file', answerIn('4242 4242 4242 4242'))).toThrow(/card number/);
  });
});
