import { rmSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type { InitCommand } from '../../dev/cli/commands/command';
import { init } from '../../dev/cli/deployment/init';
import { StandardInput } from '../../dev/cli/deployment/key-input';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { type LocalServices, openLocalServices } from '../../dev/local/gateway/local-services';
import { temporaryFolder } from './temporary-folder';

const SECRET = 'provider-keys-secret';
const PROVIDERS = ['openai', 'anthropic'];
const BOTH = '{"openai":"sk-one","anthropic":"sk-two"}';

let folder: string;
let services: LocalServices;
let secret: string;
beforeEach(() => {
  folder = temporaryFolder();
  services = openLocalServices(new DataFolder(folder));
  secret = '{}';
});
afterEach(() => {
  services.close();
  rmSync(folder, { recursive: true });
});

/** Runs it on the embedded tables with this on standard input; `shown` is what a terminal saw. */
async function run(typed: string, { isTerminal = false, ...options }: { isTerminal?: boolean; credit?: string } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const terminal = new PassThrough();
  stdin.end(typed);
  const command: InitCommand = { name: 'init', ...options };
  const secrets = {
    read: (name: string) => Promise.resolve(name === SECRET ? secret : ''),
    replace: (name: string, text: string) => {
      expect(name).toBe(SECRET);
      secret = text;
      return Promise.resolve();
    },
  };
  const result = await init(
    {
      deployment: { providerIds: PROVIDERS, providerKeysSecret: SECRET },
      endpoint: { url: 'https://gateway.example.com', isPublic: true, functionUrl: 'https://x.on.aws' },
      input: new StandardInput(stdin, terminal),
      secrets,
      services: services,
    },
    command,
  );
  const shown = String(terminal.read() ?? '');
  return { ...result, shown, told: JSON.parse(result.lines[0] ?? '{}') as { readonly [name: string]: unknown } };
}

const accounts = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const accountId of services.accounts.list()) found.push(accountId);
  return found;
};

describe('a first init', () => {
  test('writes the keys, makes an account with a key and prints the endpoint, with no money unless asked', async () => {
    const { exitCode, told, notes } = await run(BOTH);
    expect(exitCode).toBe(0);
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-one', anthropic: 'sk-two' });
    const [accountId = ''] = await accounts();
    expect(told).toMatchObject({ endpoint: 'https://gateway.example.com', accountId, providerKeysWritten: PROVIDERS });
    expect(await services.keys.verify(String(told['apiKey']))).toMatchObject({ accountId });
    expect((await services.wallet.balance(accountId))?.fundedPico).toBe(0n);
    expect(notes?.join('\n')).toContain('curl https://gateway.example.com/v1/models');
    expect(notes?.at(-1)).toBe(
      'npm run smoke -- --endpoint https://gateway.example.com --function-url https://x.on.aws',
    );
    expect(notes?.join('\n')).not.toContain(String(told['apiKey']));
  });

  test('opens the wallet with the credit that was asked for', async () => {
    const { told } = await run(BOTH, { credit: '5.00' });
    expect(told).toMatchObject({ credit: 'credited' });
    expect((await services.wallet.balance(String(told['accountId'])))?.availablePico).toBe(5_000_000_000_000n);
  });

  test('without a key for each configured provider makes nothing else', async () => {
    const { exitCode, error, lines } = await run('openai=sk-one\n');
    expect([exitCode, lines]).toEqual([1, []]);
    expect(error).toBe('There is no key yet for anthropic: run init again with one each.');
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-one' });
    expect(await accounts()).toEqual([]);
  });
});

describe('an init again', () => {
  test('makes no second account, key or credit, and keeps the keys that it is not given', async () => {
    const first = await run(BOTH, { credit: '5' });
    const second = await run('# a new one\n\nanthropic = sk-three\n', { credit: '5' });
    expect(second.told).toMatchObject({ accountId: first.told['accountId'], credit: 'already_credited' });
    expect(second.told).not.toHaveProperty('apiKey');
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-one', anthropic: 'sk-three' });
    expect(await accounts()).toHaveLength(1);
    expect(await services.keys.list(String(first.told['accountId']))).toHaveLength(1);
  });

  test('completes an account that an earlier one only began', async () => {
    const accountId = await services.accounts.create();
    const { told } = await run(BOTH);
    expect(told).toMatchObject({ accountId, apiKey: expect.stringMatching(/^tg_/) as string });
    expect(await services.wallet.balance(accountId)).toBeDefined();
  });

  test('touches no account where there are several', async () => {
    await services.accounts.create();
    await services.accounts.create();
    expect((await run(BOTH)).told).not.toHaveProperty('accountId');
    expect(await run(BOTH, { credit: '5' })).toMatchObject({ exitCode: 1, lines: [] });
  });

  test('does not replace a secret that it cannot read', async () => {
    secret = 'sk-stored-by-hand';
    await expect(run(BOTH)).rejects.toThrow(/^The secret with the provider keys holds something else/);
    expect(secret).toBe('sk-stored-by-hand');
  });
});

describe('the keys of providers', () => {
  test('are asked for at a terminal, one each, and never shown', async () => {
    secret = '{"anthropic":"sk-kept"}';
    const { shown } = await run('sk-typed\r\r', { isTerminal: true });
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-typed', anthropic: 'sk-kept' });
    expect(shown).toMatch(/API key of openai \(not shown\).*API key of anthropic \(enter keeps the one/s);
    expect(shown).not.toContain('sk-typed');
  });

  test.each(['\u0003', '\u0004', 'sk-typed\r\u0003'])(
    'are not written when the prompt is left with %j',
    async (typed) => {
      await expect(run(typed, { isTerminal: true })).rejects.toThrow('No key was written: the prompt was left.');
      expect(secret).toBe('{}');
    },
  );

  test.each([
    ['sk-misplaced', 'Line 1 of the provider keys is not provider=key.'],
    ['openai=sk-one\nsk-misplaced', 'Line 2 of the provider keys is not provider=key.'],
    ['sk-misplaced=x', 'The key in place 1 is of no configured provider; configured: openai, anthropic.'],
    ['{"openai": sk-misplaced}', 'The provider keys are not valid JSON.'],
    ['{"openai": {"key":"sk-misplaced"}}', 'The provider keys are not a JSON object of texts.'],
    ['{"openai":"sk one"}', 'The key in place 1 is not printable ASCII without spaces.'],
    ['{"openai":""}', 'The key in place 1 is not printable ASCII without spaces.'],
    [`openai=${'x'.repeat(70_000)}`, 'Standard input is too long for provider keys.'],
  ])('are refused without being repeated: %#', async (typed, message) => {
    await expect(run(typed)).rejects.toThrow(new Error(message));
    expect(secret).toBe('{}');
  });
});
