import { parseCommandLine } from '../../../dev/cli/commands/command-line';
import type { Command } from '../../../dev/cli/commands/command';
import type { CommandServices } from '../../../dev/cli/commands/command-services';
import { runCommand } from '../../../dev/cli/commands/run-command';
import { AccountStage } from '../../domain/accounts/account-stage';

async function opened() {
  const stage = new AccountStage();
  const { accountId, owner } = await stage.account();
  const { store, clock } = stage;
  // Only these services are used.
  const services = { store, clock } as unknown as CommandServices;
  const run = (...words: readonly string[]) =>
    runCommand(services, (parseCommandLine(['restrictions', ...words]) as { readonly command: Command }).command);
  return { stage, accountId, personId: owner.personId, run };
}

describe('the commands about restrictions', () => {
  test('promise-12 an operator restricts an account or a person on request, and lifts it again', async () => {
    const { accountId, personId, run } = await opened();
    for (const ownerId of [accountId, personId]) {
      const set = await run('set', ownerId, '--identity', 'verified_email');
      expect(JSON.parse(set.lines[0] ?? '')).toMatchObject({ ownerId, identityCheck: 'verified_email' });
      expect(await run('show', ownerId)).toEqual(set);
      const lifted = await run('lift', ownerId, '--identity', 'identity_document');
      expect(JSON.parse(lifted.lines[0] ?? '')).toEqual({ ownerId, restrictedAt: null });
    }
    expect(await run('lift', accountId, '--identity', 'verified_email')).toMatchObject({
      exitCode: 1,
      error: 'There is no such restriction.',
    });
  });

  test('a restriction without an identity check, and one of something else, are refused in one line', async () => {
    const { accountId } = await opened();
    expect(() => parseCommandLine(['restrictions', 'set', accountId])).toThrow(/^Say with --identity how/);
    expect(() => parseCommandLine(['restrictions', 'show', 'key_1'])).toThrow(
      'Name an account or a person by their ID.',
    );
  });
});
