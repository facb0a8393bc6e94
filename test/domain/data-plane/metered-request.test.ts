import { AppError } from '../../../lambdas/domain/errors/app-error';
import { parseMeteredRequest } from '../../../lambdas/domain/data-plane/admission/metered-request';
import { METERED_ROUTES } from '../../../lambdas/domain/data-plane/routes';

function refusal(
  path: string,
  body: string | Buffer,
): { status: number; code: string; param: string | undefined; message: string } {
  const route = METERED_ROUTES.get(path);
  if (!route) throw new Error(`no route ${path}`);
  try {
    parseMeteredRequest(route, Buffer.from(body as string));
  } catch (error) {
    if (error instanceof AppError)
      return { status: error.status, code: error.code, param: error.param, message: error.message };
    throw error;
  }
  throw new Error('the request was accepted');
}

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const EMBEDDINGS = '/v1/embeddings';
const chat = (extra: string) => `{"model":"m","messages":[{}]${extra}}`;
const messages = (extra: string) => `{"model":"m","messages":[{}],"max_tokens":9${extra}}`;

describe('a request that is refused before anything is held', () => {
  test.each([
    ['no JSON', CHAT, 'hello', undefined],
    ['an array', CHAT, '[]', undefined],
    ['cut off', CHAT, '{"model":"m","messages":[', undefined],
    ['not UTF-8', CHAT, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), undefined],
    ['no model', CHAT, '{"messages":[{}]}', 'model'],
    ['a model that is no string', CHAT, '{"model":7,"messages":[{}]}', 'model'],
    ['no messages', CHAT, '{"model":"m"}', 'messages'],
    ['messages that are no list', CHAT, '{"model":"m","messages":"hi"}', 'messages'],
    ['stream that is no boolean', CHAT, chat(',"stream":"yes"'), 'stream'],
    ['a limit of zero', CHAT, chat(',"max_tokens":0'), 'max_tokens'],
    ['a limit that is no number', CHAT, chat(',"max_completion_tokens":"9"'), 'max_completion_tokens'],
    ['a fractional limit', CHAT, chat(',"max_tokens":1.5'), 'max_tokens'],
    ['n out of range', CHAT, chat(',"n":1000'), 'n'],
    ['no limit in Anthropic’s dialect', MESSAGES, '{"model":"m","messages":[{}]}', 'max_tokens'],
    ['no input', EMBEDDINGS, '{"model":"m"}', 'input'],
    // As the providers refuse them: OpenAI with "empty array. Expected an array with minimum length 1", Anthropic with
    // "at least one message is required"; of embeddings' input OpenAI's reference says that it cannot be empty.
    ['messages of which there is none', CHAT, '{"model":"m","messages":[]}', 'messages'],
    ['messages of which there is none, in spaces', CHAT, '{"model":"m","messages":[ \n\t\r]}', 'messages'],
    [
      'messages of which there is none, to Anthropic',
      MESSAGES,
      '{"model":"m","max_tokens":9,"messages":[]}',
      'messages',
    ],
    ['an empty input', EMBEDDINGS, '{"model":"m","input":""}', 'input'],
    ['an input of nothing', EMBEDDINGS, '{"model":"m","input":[ ]}', 'input'],
    [
      'stream options with a member given twice',
      CHAT,
      chat(',"stream_options":{"include_usage":true,"include_usage":false}'),
      undefined,
    ],
    [
      'stream options with a member given twice in disguise',
      CHAT,
      chat(String.raw`,"stream_options":{"x":{"y":1,"\u0079":2}}`),
      undefined,
    ],
    [
      'compaction behind another edit of the same name',
      MESSAGES,
      messages(',"context_management":{"edits":[{"type":"compact_20260112","type":"clear_tool_uses_20250919"}]}'),
      undefined,
    ],
    ['input that is a number', EMBEDDINGS, '{"model":"m","input":5}', 'input'],
    ['a member that differs from one of ours in case', CHAT, chat(',"Max_Tokens":9'), 'Max_Tokens'],
    ['a second model in capitals', CHAT, chat(',"MODEL":"dearer"'), 'MODEL'],
    ['an identity in capitals', CHAT, chat(',"User":"alice"'), 'User'],
    ['a member in letters that fold to ours', CHAT, chat(',"\u017ftream":true'), '\u017ftream'],
    [
      'a member that decides and is longer than any that is meant',
      CHAT,
      chat(`,"modalities":[${'1,'.repeat(100_000)}1]`),
      'modalities',
    ],
    ['a byte order mark', CHAT, `\ufeff${chat('')}`, undefined],
    [
      'more members than a request has',
      CHAT,
      chat(Array.from({ length: 2_000 }, (_, at) => `,"x${at}":1`).join('')),
      undefined,
    ],
  ])('%s', (_what, path, body, param) => {
    expect(refusal(path, body)).toMatchObject({ status: 400, code: 'invalid_request', param });
  });

  test.each([
    ['store', CHAT, chat(',"store":true')],
    ['store', MESSAGES, messages(',"store":true')],
    ['background', CHAT, chat(',"background":true')],
    ['previous_response_id', CHAT, chat(',"previous_response_id":"resp_1"')],
    ['service_tier', CHAT, chat(',"service_tier":"priority"')],
    ['models', CHAT, chat(',"models":["m","other"]')],
    ['plugins', CHAT, chat(',"plugins":[{"id":"web"}]')],
    ['search_parameters', CHAT, chat(',"search_parameters":{"mode":"on"}')],
    ['prompt_cache_retention', CHAT, chat(',"prompt_cache_retention":"24h"')],
    ['web_search_options', CHAT, chat(',"web_search_options":{}')],
    ['tools', CHAT, chat(',"tools":[{"type":"web_search"}]')],
    ['tools', MESSAGES, messages(',"tools":[{"type":"web_search_20250305","name":"web_search"}]')],
    ['mcp_servers', MESSAGES, messages(',"mcp_servers":[]')],
    ['container', MESSAGES, messages(',"container":"c"')],
    ['speed', MESSAGES, messages(',"speed":"fast"')],
    ['context_management', MESSAGES, messages(',"context_management":{"edits":[{"type":"compact_20260112"}]}')],
  ])('%s would keep content or has no price (%s)', (param, path, body) => {
    expect(refusal(path, body)).toMatchObject({ status: 400, code: 'unsupported_parameter', param });
  });

  test('editing the context without summarising it passes', () => {
    const route = METERED_ROUTES.get(MESSAGES);
    const body = messages(',"context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]}');
    expect(route && parseMeteredRequest(route, Buffer.from(body))).toMatchObject({ model: 'm' });
  });

  test('names that come twice where nothing is read of them pass, as do equal names in different objects', () => {
    const route = METERED_ROUTES.get(CHAT);
    const body = chat(',"logit_bias":{"1":1,"1":2},"stream_options":{"x":{"y":1},"z":[{"y":1},{"y":2}]}');
    expect(route && parseMeteredRequest(route, Buffer.from(body))).toMatchObject({ model: 'm' });
  });

  test('an input of spaces is not empty', () => {
    const route = METERED_ROUTES.get(EMBEDDINGS);
    const body = Buffer.from('{"model":"m","input":"  "}');
    expect(route && parseMeteredRequest(route, body)).toMatchObject({ model: 'm' });
  });

  test('harmless values of the same members pass', () => {
    const route = METERED_ROUTES.get(CHAT);
    const body = chat(',"store":false,"background":null,"previous_response_id":null,"service_tier":"auto","n":null');
    expect(route && parseMeteredRequest(route, Buffer.from(body))).toMatchObject({
      model: 'm',
      choices: 1,
      stream: false,
    });
  });
});
