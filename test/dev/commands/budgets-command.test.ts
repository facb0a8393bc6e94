import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BudgetsCommand, runBudgetsCommand } from '../../../dev/cli/commands/budgets-command';
import { parseCommandLine } from '../../../dev/cli/commands/command-line';
import type { CommandServices } from '../../../dev/cli/commands/command-services';
import { runCommand } from '../../../dev/cli/commands/run-command';
import { AccountStage } from '../../domain/accounts/account-stage';

const LABEL = { of: 'label', name: 'team', value: 'research', limitPico: '500', window: 'total' } as const;

async function opened() {
  const stage = new AccountStage();
  const { accountId, owner } = await stage.account();
  const { store, clock, keys, accounts } = stage;
  // Only these services are used.
  const services = { store, clock, keys, accounts } as unknown as CommandServices;
  return { stage, accountId, owner, services };
}

describe('the commands about budgets', () => {
  test('budgets are set from a file, shown with what is spent, and recorded as the deployment’s action', async () => {
    const { stage, accountId, services } = await opened();
    const file = join(mkdtempSync(join(tmpdir(), 'budgets-')), 'rules.json');
    writeFileSync(file, JSON.stringify({ budgets: [LABEL] }));
    const parsed = parseCommandLine(['budgets', 'set', accountId, '--rules', file]);
    expect(parsed).toMatchObject({ target: 'folder', command: { name: 'budgets-set', accountId } });
    const command = (parsed as { readonly command: BudgetsCommand }).command;
    expect(await runBudgetsCommand(services, command)).toMatchObject({ exitCode: 0 });
    const { lines } = await runCommand(services, { name: 'budgets-show', accountId });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      budgets: [{ ...LABEL, spentPico: '0', leftPico: '500' }],
      version: 1,
    });
    expect((await stage.events(accountId)).at(-1)).toMatchObject({ actor: 'deployment', action: 'spending.change' });
  });

  test('a file with a wrong budget is refused in one line', async () => {
    const { accountId } = await opened();
    const file = join(mkdtempSync(join(tmpdir(), 'budgets-')), 'rules.json');
    writeFileSync(file, JSON.stringify({ budgets: [{ ...LABEL, limitPico: '-1' }] }));
    expect(() => parseCommandLine(['budgets', 'set', accountId, '--rules', file])).toThrow(
      /^The rules are invalid: budgets\.0\.limitPico must be a whole number of pico-dollars, as a string\.$/,
    );
    expect(() => parseCommandLine(['budgets', 'set', accountId])).toThrow('Give the new rules with --rules <file>.');
  });
});

describe('the command that creates a key', () => {
  test('a key of an account with members needs a payer, and the refusal lists the members and the option', async () => {
    const { accountId, owner, services } = await opened();
    const refused = await runCommand(services, { name: 'create-key', accountId });
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.error).toContain(`${owner.personId} (owner)`);
    expect(refused.error).toContain('--payer <personId>');
    const parsed = parseCommandLine(['keys', 'create', accountId, '--payer', owner.personId]);
    expect(parsed).toMatchObject({ command: { name: 'create-key', accountId, payer: owner.personId } });
    const { lines } = await runCommand(services, { name: 'create-key', accountId, payer: owner.personId });
    const { keyId } = JSON.parse(lines[0] ?? '') as { readonly keyId: string };
    expect(await services.keys.get(accountId, keyId)).toMatchObject({ payer: owner.personId });
    const other = { name: 'create-key', accountId, payer: 'per_01JD0000000000000000000009' } as const;
    expect(await runCommand(services, other)).toMatchObject({ exitCode: 1 });
  });
});
