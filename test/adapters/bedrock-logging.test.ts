import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BedrockLogging } from '../../lambdas/adapters/providers/bedrock-logging';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';

const CONFIGURED = { loggingConfig: { s3Config: { bucketName: 'prompts' }, textDataDeliveryEnabled: true } };
const BEDROCK = {
  id: 'bedrock',
  dialect: 'openai',
  baseUrl: 'https://bedrock-runtime.eu-central-1.amazonaws.com/openai/v1',
} as const;

let server: Server;
/** The answer of Bedrock's control plane. */
let answer: { status: number; body: string };
const asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
let now: number;
let lines: string[];
let logging: BedrockLogging;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  asked.length = 0;
  now = 1_000_000;
  lines = [];
  answer = { status: 200, body: '{}' };
  logging = new BedrockLogging({
    apiKey: () => 'the-key',
    clock: () => now,
    log: new StdoutLog((line) => void lines.push(line)),
    controlUrl: (region) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${region}`,
  });
});

test('Bedrock may be asked while its log is off, which is read with its own key, once a minute', async () => {
  const answers = await Promise.all([logging.refusal(BEDROCK), logging.refusal(BEDROCK)]);
  expect(answers).toEqual([undefined, undefined]);
  expect(asked).toEqual([{ path: '/eu-central-1/logging/modelinvocations', authorization: 'Bearer the-key' }]);
  now += 59_999;
  await logging.refusal(BEDROCK);
  expect(asked).toHaveLength(1);
  now += 1;
  answer = { status: 200, body: JSON.stringify(CONFIGURED) };
  expect(await logging.refusal(BEDROCK)).toBe('logs_content');
});

test('Bedrock is refused while its log is on, and served ten seconds after that was switched off', async () => {
  answer.body = JSON.stringify(CONFIGURED);
  expect(await logging.refusal(BEDROCK)).toBe('logs_content');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    code: 'BEDROCK_REFUSED',
    'gen_ai.provider.name': 'bedrock',
    cause: 'logging_on',
  });
  answer.body = '{"loggingConfig":null}';
  now += 9_999;
  expect(await logging.refusal(BEDROCK)).toBe('logs_content');
  now += 1;
  expect(await logging.refusal(BEDROCK)).toBeUndefined();
});

test.each([
  [403, '{"message":"the-key may not"}', 'http_403'],
  [500, '', 'http_500'],
  [200, 'not JSON', 'SyntaxError'],
  [200, '[]', 'ZodError'],
])('Bedrock is refused if its answer is %d %j', async (status, body, cause) => {
  answer = { status, body };
  expect(await logging.refusal(BEDROCK)).toBe('logging_unknown');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: 'BEDROCK_REFUSED', cause });
  expect(lines.join()).not.toContain('the-key');
});

test.each([
  ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/openai/v1', true],
  ['https://bedrock-mantle.us-east-1.api.aws/v1', true],
  ['https://vpce-0abc-1.bedrock-runtime.us-east-1.vpce.amazonaws.com/openai/v1', true],
  ['https://bedrock-runtime.cn-north-1.amazonaws.com.cn/openai/v1', true],
  ['https://api.openai.com/v1', false],
  ['https://bedrock-runtime.us-east-1.example.com/v1', false],
])('the log of the provider at %s is read: %s', async (baseUrl, isBedrock) => {
  await logging.refusal({ ...BEDROCK, baseUrl });
  expect(asked.length).toBe(isBedrock ? 1 : 0);
});
