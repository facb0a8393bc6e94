import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { WEBHOOK_EVENTS } from '../../lambdas/contracts/http/webhooks';
import { LOG_FIELDS } from '../../lambdas/domain/log';
import { unzip } from '../domain/privacy/export-stage';
import { canary, CANARIES, filesBelow, sendCanaryEverywhere, sendCanaryInRefusedRequests } from './canary';
import { chatBody, type LocalRun, post, startLocalRun } from './local-run';
import { chatCompletion } from './provider-answers';
import { until } from './until';
import { wholeAnswer } from './upstream';

let run: LocalRun;
let receiver: Server;
/** Every request that the receiver of the account's webhooks got, with its headers. */
const received: string[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.stringify(request.headers) + Buffer.concat(chunks).toString());
      // The first attempt fails, and the answer says what no delivery log may repeat.
      response
        .writeHead(received.length === 1 ? 500 : 204, { 'x-echo': canary })
        .end(received.length === 1 ? canary : '');
    });
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  run = await startLocalRun();
});
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await run.stop();
});

interface Answer {
  readonly key?: string;
  readonly exportId?: string;
  readonly passphrase?: string;
  readonly state?: string;
  readonly files?: readonly { readonly url: string }[];
}

/** Calls the management API for the demo account as its owner. */
async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const { account, identity, url } = run.gateway;
  const response = await fetch(new URL(`/api/v1/accounts/${account.accountId}${path}`, url), {
    method,
    headers: {
      authorization: `Bearer ${await identity.accessToken('owner')}`,
      'content-type': 'application/json',
      'user-agent': canary,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** The text of every file in the archives of a new export of the account. */
async function exportedText(): Promise<string> {
  const { exportId = '' } = await ask('POST', '/exports');
  const { files = [] } = await until('the export', async () => {
    const found = await ask('GET', `/exports/${exportId}`);
    return found.state === 'ready' && found;
  });
  const { passphrase = '' } = await ask('POST', `/exports/${exportId}/passphrase`);
  const archives = await Promise.all(files.map(async ({ url }) => Buffer.from(await (await fetch(url)).arrayBuffer())));
  const entries = await Promise.all(archives.map((archive) => unzip(archive, passphrase)));
  return entries
    .flat()
    .map(([, text]) => text)
    .join('\n');
}

/** Uses up the budget of a key, so a message about it is queued, mailed and sent. */
async function reachBudget(): Promise<void> {
  const budget = { limitPico: '500000000', window: 'day' };
  const { key = '' } = await ask('POST', '/keys', { label: 'with a budget', rules: { budget } });
  run.upstream.answerWith(wholeAnswer(chatCompletion(canary, { prompt_tokens: 10_000, completion_tokens: 10 })));
  const body = chatBody({ max_tokens: 10, messages: [{ role: 'user', content: canary }] });
  const send = () => post(run, '/v1/chat/completions', body, { authorization: `Bearer ${key}` });
  await until('the budget to be used up', async () => (await send()).status === 402);
}

test('promise-01 no mail, webhook, export, queued message or workflow history contains what a client or a provider said', async () => {
  const { port } = receiver.address() as AddressInfo;
  await ask('POST', '/webhooks', { url: `http://127.0.0.1:${port}/events`, events: WEBHOOK_EVENTS });
  await reachBudget();
  await sendCanaryEverywhere(run);
  await sendCanaryInRefusedRequests(run);
  await until('the event about the budget', () => received.some((each) => each.includes('budget_reached')));

  const exported = await exportedText();
  await until('the mail about the export', () =>
    filesBelow(run.folder).some((file) => file.includes('/mail/') && readFileSync(file, 'utf8').includes('export')),
  );
  await run.gateway.stop();
  const files = filesBelow(run.folder);
  const read = (part: string): string =>
    files
      .filter((file) => file.includes(part))
      .map((file) => readFileSync(file, 'latin1'))
      .join('\n');

  const kept = {
    // Events of budgets, keys and the export, of which the first was refused by the receiver.
    webhooks: [received.join('\n'), 'key_created'],
    mails: [read('/mail/'), 'budget'],
    exports: [exported, 'gpt-4o-mini'],
    // Both ends of each step: what Step Functions keeps of an execution.
    histories: [read('/executions/'), '"output"'],
    // The store has the outbox, in which messages are queued, and its files keep deleted items for a while.
    queues: [read('/store.db'), 'budget_reached'],
    logs: [run.log.join(''), 'REQUEST_SETTLED'],
  } as const;
  const known = new Set(['level', 'code', 'timestamp', ...LOG_FIELDS]);
  const fields = run.log.flatMap((line) => Object.keys(JSON.parse(line) as object));
  expect(fields.filter((field) => !known.has(field))).toEqual([]);
  for (const [name, [text, expected]] of Object.entries(kept)) {
    expect([name, text.includes(expected)]).toEqual([name, true]);
    for (const each of CANARIES) expect([name, text.includes(each)]).toEqual([name, false]);
  }
});
