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
beforeEach(async () => {
  folder = temporaryFolder();
  services = await openLocalServices(new DataFolder(folder));
  secret = '{}';
});
afterEach(async () => {
  await services.close();
  rmSync(folder, { recursive: true });
});

/** Runs `init` on the embedded store with this standard input; `shown` is what the terminal displayed. */
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
      services,
    },
    command,
  );
  const shown = String(terminal.read() ?? '');
  return { ...result, shown, output: JSON.parse(result.lines[0] ?? '{}') as { readonly [name: string]: unknown } };
}

const accounts = async (): Promise<string[]> => {
  const stored: string[] = [];
  for await (const accountId of services.accounts.list()) stored.push(accountId);
  return stored;
};

describe('a first init', () => {
  test('a first init stores the provider keys, creates an account with a key and an empty wallet, and prints the endpoint', async () => {
    const { exitCode, output, notes } = await run(BOTH);
    expect(exitCode).toBe(0);
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-one', anthropic: 'sk-two' });
    const [accountId = ''] = await accounts();
    expect(output).toMatchObject({
      endpoint: 'https://gateway.example.com',
      accountId,
      providerKeysWritten: PROVIDERS,
    });
    expect(await services.keys.verify(String(output['apiKey']))).toMatchObject({ accountId });
    expect((await services.wallet.balance(accountId))?.fundedPico).toBe(0n);
    expect(notes?.join('\n')).toContain('curl https://gateway.example.com/v1/models');
    expect(notes?.at(-1)).toBe(
      'npm run smoke -- --endpoint https://gateway.example.com --function-url https://x.on.aws',
    );
    expect(notes?.join('\n')).not.toContain(String(output['apiKey']));
  });

  test('a first init with --credit adds that much to the wallet', async () => {
    const { output } = await run(BOTH, { credit: '5.00' });
    expect(output).toMatchObject({ credit: 'credited' });
    expect((await services.wallet.balance(String(output['accountId'])))?.availablePico).toBe(5_000_000_000_000n);
  });

  test('a first init that lacks a provider key creates no account', async () => {
    const { exitCode, error, lines } = await run('openai=sk-one\n');
    expect([exitCode, lines]).toEqual([1, []]);
    expect(error).toBe('No key is stored for anthropic: run init again and provide one for each.');
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-one' });
    expect(await accounts()).toEqual([]);
  });
});

describe('a repeated init', () => {
  test('a repeated init creates no second account, key or credit, and keeps provider keys that are not given', async () => {
    const first = await run(BOTH, { credit: '5' });
    const second = await run('# a new one\n\nanthropic = sk-three\n', { credit: '5' });
    expect(second.output).toMatchObject({ accountId: first.output['accountId'], credit: 'already_credited' });
    expect(second.output).not.toHaveProperty('apiKey');
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-one', anthropic: 'sk-three' });
    expect(await accounts()).toHaveLength(1);
    expect(await services.keys.list(String(first.output['accountId']))).toHaveLength(1);
  });

  test('a repeated init completes an account that an earlier init only created', async () => {
    const accountId = await services.accounts.create();
    const { output } = await run(BOTH);
    expect(output).toMatchObject({ accountId, apiKey: expect.stringMatching(/^tg_/) as string });
    expect(await services.wallet.balance(accountId)).toBeDefined();
  });

  test('a repeated init changes no account when there are several', async () => {
    await services.accounts.create();
    await services.accounts.create();
    expect((await run(BOTH)).output).not.toHaveProperty('accountId');
    expect(await run(BOTH, { credit: '5' })).toMatchObject({ exitCode: 1, lines: [] });
  });

  test('a repeated init does not overwrite a secret that it cannot parse', async () => {
    secret = 'sk-stored-by-hand';
    await expect(run(BOTH)).rejects.toThrow(/^The stored provider keys are not a JSON object/);
    expect(secret).toBe('sk-stored-by-hand');
  });
});

describe('the provider keys', () => {
  test('a terminal is prompted for one provider key after the other, and none is displayed', async () => {
    secret = '{"anthropic":"sk-kept"}';
    const { shown } = await run('sk-typed\r\r', { isTerminal: true });
    expect(JSON.parse(secret)).toEqual({ openai: 'sk-typed', anthropic: 'sk-kept' });
    expect(shown).toMatch(/API key of openai \(not shown as you type\).*API key of anthropic \(press Enter to keep/s);
    expect(shown).not.toContain('sk-typed');
  });

  test.each(['\u0003', '\u0004', 'sk-typed\r\u0003'])(
    'no provider key is stored when the prompt is cancelled with %j',
    async (typed) => {
      await expect(run(typed, { isTerminal: true })).rejects.toThrow('The prompt was cancelled; no key was stored.');
      expect(secret).toBe('{}');
    },
  );

  test.each([
    ['sk-misplaced', 'Line 1 of the provider keys must have the form provider=key.'],
    ['openai=sk-one\nsk-misplaced', 'Line 2 of the provider keys must have the form provider=key.'],
    ['sk-misplaced=x', 'Key 1 is not for a configured provider (openai, anthropic).'],
    ['{"openai": sk-misplaced}', 'The provider keys are not valid JSON.'],
    ['{"openai": {"key":"sk-misplaced"}}', 'The provider keys must be a JSON object of strings.'],
    ['{"openai":"sk one"}', 'Key 1 must be printable ASCII without spaces.'],
    ['{"openai":""}', 'Key 1 must be printable ASCII without spaces.'],
    [`openai=${'x'.repeat(70_000)}`, 'Standard input is too long to be keys.'],
  ])('invalid provider keys are refused without being quoted (case %#)', async (typed, message) => {
    await expect(run(typed)).rejects.toThrow(new Error(message));
    expect(secret).toBe('{}');
  });
});
