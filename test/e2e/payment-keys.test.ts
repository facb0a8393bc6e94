import { PassThrough } from 'node:stream';
import { parseCommandLine } from '../../dev/cli/commands/command-line';
import { StandardInput } from '../../dev/cli/deployment/key-input';
import { storeStripeKeys } from '../../dev/cli/deployment/stripe-keys';

const API_KEY = 'sk_live_Qm3vX8bL2kTz7RwYc5Nd';
const FIRST = 'whsec_Zt6hJ4pWq9Vb3Xk8Ls2Rn7Dy';
const SECOND = 'whsec_B5kXv2Zr8Tm4Qj7Wn9Lc3Hd6';

let secret: string;
beforeEach(() => {
  secret = '{}';
});

/** Runs `payments keys` with this standard input; `shown` is what the terminal displayed. */
async function run(typed: string, { isTerminal = false, takesPayments = true } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const terminal = new PassThrough();
  stdin.end(typed);
  const secrets = {
    read: () => Promise.resolve(secret),
    replace: (_: string, text: string) => {
      secret = text;
      return Promise.resolve();
    },
  };
  const input = new StandardInput(stdin, terminal);
  const deployment = { stripeKeysSecret: takesPayments ? 'stripe-keys-secret' : undefined };
  const result = await storeStripeKeys({ deployment, secrets, input });
  return { ...result, shown: String(terminal.read() ?? '') };
}

test('payments keys stores the keys of Stripe from standard input, and prints neither', async () => {
  const result = await run(`apiKey=${API_KEY}\nwebhookSecret=${FIRST}\n`);
  expect(result.exitCode).toBe(0);
  expect(JSON.parse(secret)).toEqual({ apiKey: API_KEY, webhookSecret: FIRST });
  expect(JSON.parse(result.lines[0] ?? '')).toEqual({ stripeKeysWritten: ['apiKey', 'webhookSecret'] });
  expect(JSON.stringify(result)).not.toMatch(/sk_live_|whsec_/);
});

test('payments keys prompts on a terminal without showing what is typed', async () => {
  const { exitCode, shown } = await run(`${API_KEY}\n${FIRST}\n`, { isTerminal: true });
  expect(exitCode).toBe(0);
  expect(shown).toContain('Signing secret of the webhook endpoint at Stripe (not shown as you type): ');
  expect(shown).not.toMatch(/sk_live_Q|whsec_Z/);
});

test('a new signing secret leaves the one before it valid, and storing keys again ends that', async () => {
  await run(`apiKey=${API_KEY}\nwebhookSecret=${FIRST}\n`);
  await run(`{"webhookSecret":"${SECOND}"}`);
  expect(JSON.parse(secret)).toEqual({ apiKey: API_KEY, webhookSecret: SECOND, previousWebhookSecret: FIRST });
  await run('');
  expect(JSON.parse(secret)).toEqual({ apiKey: API_KEY, webhookSecret: SECOND });
});

test.each([
  [`apiKey=${API_KEY}\n`, 'No webhookSecret is stored: run the command again and enter it.'],
  [`apiKey=${API_KEY}\nwebhookSecret=whsec_test\n`, 'The webhookSecret must be the signing secret'],
  [
    `apiKey=${API_KEY}\nwebhookSecret=whsec_changeme0changeme1changeme2\n`,
    'The webhookSecret must not be a placeholder.',
  ],
  [`apiKey=pk_live_Qm3vX8bL2kTz7RwYc5Nd\nwebhookSecret=${FIRST}\n`, 'The apiKey must be a secret or restricted key'],
])('payments keys stores nothing if one is missing or unusable, and does not quote it', async (typed, message) => {
  const { exitCode, error } = await run(typed);
  expect([exitCode, secret]).toEqual([1, '{}']);
  expect(error).toContain(message);
  expect(error).not.toMatch(/pk_live_Q|changeme0/);
});

test('payments keys says that a deployment takes no payments', async () => {
  const { exitCode, error } = await run(`apiKey=${API_KEY}\n`, { takesPayments: false });
  expect([exitCode, error]).toEqual([1, 'The deployment takes no payments: configure them and deploy first.']);
});

test('payments keys works on a deployment only, and takes no key as an argument', () => {
  expect(parseCommandLine(['--stack', 'tollgate-prod', 'payments', 'keys'])).toMatchObject({
    command: { name: 'payment-keys' },
  });
  expect(() => parseCommandLine(['payments', 'keys'])).toThrow('give its --stack');
  expect(() => parseCommandLine(['--stack', 'tollgate-prod', 'payments', 'keys', API_KEY])).toThrow();
});
