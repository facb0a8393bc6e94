import type { MeteredEndpoint } from '../../../lambdas/domain/dialects/endpoint';
import { ENDPOINTS } from '../../../lambdas/domain/dialects/registry';
import { AppError } from '../../../lambdas/domain/errors/app-error';

const parse = (endpoint: MeteredEndpoint, body: string | Buffer) =>
  endpoint.parse({ contentType: 'application/json', bytes: Buffer.from(body as string) });

function refusal(
  endpoint: MeteredEndpoint,
  body: string | Buffer,
): { status: number; code: string; param: string | undefined; message: string } {
  try {
    parse(endpoint, body);
  } catch (error) {
    if (error instanceof AppError)
      return { status: error.status, code: error.code, param: error.param, message: error.message };
    throw error;
  }
  throw new Error('the request was accepted');
}

const { chat: CHAT, messages: MESSAGES, embeddings: EMBEDDINGS } = ENDPOINTS;
const chat = (extra: string) => `{"model":"m","messages":[{}]${extra}}`;
const messages = (extra: string) => `{"model":"m","messages":[{}],"max_tokens":9${extra}}`;

describe('parsing a request', () => {
  test.each([
    ['that is not JSON', CHAT, 'hello', undefined],
    ['that is an array', CHAT, '[]', undefined],
    ['that is cut off', CHAT, '{"model":"m","messages":[', undefined],
    ['that is not UTF-8', CHAT, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), undefined],
    ['without a model', CHAT, '{"messages":[{}]}', 'model'],
    ['with a model that is a number', CHAT, '{"model":7,"messages":[{}]}', 'model'],
    ['without messages', CHAT, '{"model":"m"}', 'messages'],
    ['with messages that are text', CHAT, '{"model":"m","messages":"hi"}', 'messages'],
    ['with a stream flag that is text', CHAT, chat(',"stream":"yes"'), 'stream'],
    ['with a negative limit', CHAT, chat(',"max_tokens":-1'), 'max_tokens'],
    ['with a negative limit for Anthropic', MESSAGES, '{"model":"m","messages":[{}],"max_tokens":-1}', 'max_tokens'],
    ['with a limit that is text', CHAT, chat(',"max_completion_tokens":"9"'), 'max_completion_tokens'],
    ['with a fractional limit', CHAT, chat(',"max_tokens":1.5'), 'max_tokens'],
    ['with too many choices', CHAT, chat(',"n":1000'), 'n'],
    ['without the limit that Anthropic requires', MESSAGES, '{"model":"m","messages":[{}]}', 'max_tokens'],
    ['without an input', EMBEDDINGS, '{"model":"m"}', 'input'],
    // The providers refuse them too: OpenAI with "empty array. Expected an array with minimum length 1", Anthropic with
    // "at least one message is required". OpenAI's reference says that the input of embeddings cannot be empty.
    ['with no message', CHAT, '{"model":"m","messages":[]}', 'messages'],
    ['with no message but spaces', CHAT, '{"model":"m","messages":[ \n\t\r]}', 'messages'],
    ['with no message for Anthropic', MESSAGES, '{"model":"m","max_tokens":9,"messages":[]}', 'messages'],
    ['with an empty input', EMBEDDINGS, '{"model":"m","input":""}', 'input'],
    ['with an empty list as input', EMBEDDINGS, '{"model":"m","input":[ ]}', 'input'],
    [
      'with stream options that give a member twice',
      CHAT,
      chat(',"stream_options":{"include_usage":true,"include_usage":false}'),
      undefined,
    ],
    [
      'with stream options that give a member twice, once escaped',
      CHAT,
      chat(String.raw`,"stream_options":{"x":{"y":1,"\u0079":2}}`),
      undefined,
    ],
    [
      'with compaction behind another edit of the same name',
      MESSAGES,
      messages(',"context_management":{"edits":[{"type":"compact_20260112","type":"clear_tool_uses_20250919"}]}'),
      undefined,
    ],
    ['with an input that is a number', EMBEDDINGS, '{"model":"m","input":5}', 'input'],
    ['with a limit in another case', CHAT, chat(',"Max_Tokens":9'), 'Max_Tokens'],
    ['with a second model in capitals', CHAT, chat(',"MODEL":"dearer"'), 'MODEL'],
    ['with an identity in capitals', CHAT, chat(',"User":"alice"'), 'User'],
    ['with a member in letters that fold to ASCII', CHAT, chat(',"\u017ftream":true'), '\u017ftream'],
    [
      'with modalities longer than any real request',
      CHAT,
      chat(`,"modalities":[${'1,'.repeat(100_000)}1]`),
      'modalities',
    ],
    ['with a byte order mark', CHAT, `\ufeff${chat('')}`, undefined],
    [
      'with more members than any real request',
      CHAT,
      chat(Array.from({ length: 2_000 }, (_, at) => `,"x${at}":1`).join('')),
      undefined,
    ],
  ])('a request %s is refused as invalid', (_what, endpoint, body, param) => {
    expect(refusal(endpoint, body)).toMatchObject({ status: 400, code: 'invalid_request', param });
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
    // The prompt of a thread is at the provider, so that nothing here bounds it.
    ['thread', MESSAGES, messages(',"thread":{"type":"continue","previous_message_id":"msg_1"}')],
    ['speed', MESSAGES, messages(',"speed":"fast"')],
    // It costs 1.1 times as much, and the catalog has no price for it.
    ['inference_geo', MESSAGES, messages(',"inference_geo":"us"')],
    ['inference_geo', MESSAGES, messages(',"inference_geo":"moon"')],
    ['tools', CHAT, chat(',"tools":[{"type":"web_fetch_20250910","name":"web_fetch"}]')],
    ['tools', MESSAGES, messages(',"tools":[{"type":"tool_search_tool_telepathy_20251119","name":"t"}]')],
    ['tools', MESSAGES, messages(',"tools":[{"type":"code_execution_20250825","name":"code_execution"}]')],
    ['context_management', MESSAGES, messages(',"context_management":{"edits":[{"type":"compact_20260112"}]}')],
    ['context_management', MESSAGES, messages(',"context_management":{"edits":[{"type":"summarise_20270101"}]}')],
    ['context_management', MESSAGES, messages(',"context_management":[{"type":"compaction"}]')],
    ['prompt_cache_options.ttl', CHAT, chat(',"prompt_cache_options":{"ttl":"24h"}')],
    ['best_of', CHAT, chat(',"best_of":20')],
  ])('the parameter %s is refused, because it stores content or has no price', (param, endpoint, body) => {
    expect(refusal(endpoint, body)).toMatchObject({ status: 400, code: 'unsupported_parameter', param });
  });

  test.each([
    ['fallbacks', '"default"'],
    ['fallbacks', '[{"model":"claude-opus-4-8"}]'],
    ['fallback', '{"model":"claude-opus-4-8"}'],
    ['compaction', '{"type":"summarize"}'],
    ['billing_policy', '{"type":"billing_policy","bill_to":"user_profile"}'],
    ['models', '["a","b"]'],
    ['plugins', '[{"id":"web"}]'],
    ['provider', '{"order":["dearest"]}'],
    ['providerOptions', '{"gateway":{"models":["b"]}}'],
    ['preset', '"research"'],
    ['enable_search', 'true'],
    ['deferred', 'true'],
    ['mcp_servers', '[{"type":"url"}]'],
    ['speed', '"fast"'],
  ])(
    'the parameter %s is refused in both dialects, because the provider can bill more than is held: %s',
    (param, value) => {
      const extra = `,"${param}":${value}`;
      for (const [endpoint, body] of [
        [CHAT, chat(extra)],
        [MESSAGES, messages(extra)],
      ] as const)
        expect(refusal(endpoint, body)).toMatchObject({ status: 400, code: 'unsupported_parameter', param });
    },
  );

  const breakpoint = (mark: string) =>
    `[{"role":"user","content":[{"type":"text","text":"hi","prompt_cache_breakpoint":${mark}}]}]`;

  test.each([
    ['of 12 hours', '{"mode":"explicit","ttl":"12h"}'],
    ['that is a number', '{"ttl":1800}'],
    ['given twice', '{"ttl":"12h","ttl":"30m"}'],
    ['with escapes', String.raw`{"t\u0074l":"12h"}`],
  ])('a breakpoint of the prompt’s cache with a lifetime %s is refused', (_what, mark) => {
    for (const [endpoint, body] of [
      [CHAT, `{"model":"m","messages":${breakpoint(mark)}}`],
      [ENDPOINTS.responses, `{"model":"m","input":${breakpoint(mark)}}`],
    ] as const)
      expect(refusal(endpoint, body)).toMatchObject({
        code: 'unsupported_parameter',
        param: 'prompt_cache_breakpoint',
      });
  });

  test.each(['{"mode":"explicit"}', '{"mode":"explicit","ttl":"30m"}', '{"ttl":null}', 'null'])(
    'a breakpoint of the prompt’s cache with the usual lifetime is accepted: %s',
    (mark) => {
      const schema = '{"type":"function","function":{"parameters":{"properties":{"ttl":{"type":"string"}}}}}';
      const body = `{"model":"m","tools":[${schema}],"messages":${breakpoint(mark)}}`;
      expect(parse(CHAT, body)).toBeDefined();
    },
  );

  test('fallbacks are refused with the words after which Claude Code goes on without them', () => {
    const { message } = refusal(MESSAGES, messages(',"fallbacks":"default"'));
    expect(message).toMatch(/^The `fallbacks` parameter is not supported/);
  });

  const inline = (tool: string) =>
    `{"model":"m","max_tokens":9,"messages":[{"role":"system","content":[{"type":"tool_addition","tool":${tool}}]}]}`;

  test.each([
    ['a search of the web', '{"type":"tool_definition","definition":{"type":"web_search_20250305","name":"s"}}'],
    ['another model', '{"definition":{"name":"advisor","type":"advisor_20260301"},"type":"tool_definition"}'],
    [
      'a search of the web, with escapes',
      String.raw`{"type":"tool_d\u0065finition","definitio\u006e":{"typ\u0065":"web_search_20250305"}}`,
    ],
    ['two types', '{"type":"tool_definition","definition":{"type":"custom","Type":"web_search_20250305"}}'],
    ['a server’s tools', '{"type":"tool_definition","definition":{"type":"mcp_toolset","server_name":"x"}}'],
  ])('a tool that is defined inside of a message is refused if the provider bills for it: %s', (_what, tool) => {
    expect(refusal(MESSAGES, inline(tool))).toMatchObject({ code: 'unsupported_parameter', param: 'tools' });
  });

  test('a tool that is defined inside of a message is accepted if the client runs it', () => {
    const schema = '{"type":"object","properties":{"definition":{"type":"string"}}}';
    for (const tool of [`{"name":"f","input_schema":${schema}}`, '{"type":"bash_20250124","name":"bash"}'])
      expect(parse(MESSAGES, inline(`{"type":"tool_definition","definition":${tool}}`))).toBeDefined();
  });

  test('the arguments of a tool may contain a definition of any type', () => {
    const body = messages('').replace(
      '[{}]',
      '[{"content":[{"type":"tool_use","input":{"definition":{"type":"x"}}}]}]',
    );
    expect(parse(MESSAGES, body)).toBeDefined();
  });

  const search = '{"type":"web_search_20250305","name":"web_search"}';
  test.each([
    ['in an array inside the array', `[[${search}]]`],
    ['in an array beside a proper tool', `[{"name":"f","input_schema":{}},[${search}]]`],
    ['in an object instead of an array', `{"0":${search}}`],
    ['as text', '["web_search"]'],
    ['as text instead of an array', '"web_search"'],
    ['with a type in capitals', '[{"Type":"web_search_20250305","name":"web_search"}]'],
    ['with a second type in capitals', '[{"type":"custom","TYPE":"web_search_20250305"}]'],
    ['with a second type in capitals, escaped', String.raw`[{"type":"custom","Type":"web_search_20250305"}]`],
    ['with a type in an array', '[{"type":["web_search_20250305"]}]'],
    ['with a type in an object', '[{"type":{"name":"web_search_20250305"}}]'],
    ['with a type longer than any real one', `[{"type":"web_search${'_'.repeat(600)}"}]`],
  ])('tools of an odd shape are refused, because a provider might read them otherwise: %s', (_what, tools) => {
    for (const [endpoint, body] of [
      [CHAT, chat(`,"tools":${tools}`)],
      [MESSAGES, messages(`,"tools":${tools}`)],
    ] as const)
      expect(refusal(endpoint, body)).toMatchObject({ status: 400, code: 'invalid_request', param: 'tools' });
  });

  test('tools without a type, with a null type, and with types in their schemas are accepted', () => {
    const schema = '{"type":"object","properties":{"Type":{"type":["string","null"]}},"required":["Type"]}';
    const tools = `[{"name":"a","input_schema":${schema}},{"type":null,"name":"b"},{"type":"custom","name":"c"}]`;
    expect(parse(MESSAGES, messages(`,"tools":${tools}`))).toMatchObject({ model: 'm' });
    expect(parse(CHAT, chat(`,"tools":[{"type":"function","function":{"parameters":${schema}}}]`))).toBeDefined();
    for (const none of ['null', '[]', ' [ ] ']) expect(parse(CHAT, chat(`,"tools":${none}`))).toBeDefined();
  });

  test.each([
    ['a limit of zero, which fills the prompt cache', '{"model":"m","messages":[{}],"max_tokens":0}'],
    ['processing anywhere', messages(',"inference_geo":"global"')],
    ['processing where the workspace says', messages(',"inference_geo":null')],
    ['a search of the tools by patterns', messages(',"tools":[{"type":"tool_search_tool_regex_20251119","name":"t"}]')],
    ['a search of the tools by words', messages(',"tools":[{"type":"tool_search_tool_bm25_20251119","name":"t"}]')],
    ['a search of the tools without a date', messages(',"tools":[{"type":"tool_search_tool_bm25","name":"t"}]')],
    ['fetching of pages', messages(',"tools":[{"type":"web_fetch_20250910","name":"web_fetch"}]')],
  ])('a message that asks for %s is accepted', (_what, body) => {
    expect(parse(MESSAGES, body)).toMatchObject({ model: 'm' });
  });

  test('a chat completion with a limit of zero is accepted, because its meaning is the provider’s', () => {
    expect(parse(CHAT, chat(',"max_tokens":0'))).toMatchObject({ model: 'm', isOutputOpen: false });
    expect(parse(CHAT, chat(',"max_completion_tokens":0'))).toMatchObject({ model: 'm', isOutputOpen: false });
  });

  test('fetching of pages that runs code is refused with the version that does not', () => {
    for (const version of ['20260209', '20260309', '20260318']) {
      const body = messages(`,"tools":[{"type":"web_fetch_${version}","name":"web_fetch"}]`);
      expect(refusal(MESSAGES, body)).toMatchObject({
        code: 'unsupported_parameter',
        param: 'tools',
        message: expect.stringContaining('web_fetch_20250910') as string,
      });
    }
  });

  test.each([
    ['a bare message', '', true],
    ['settings of the answer', ',"temperature":1,"stop_sequences":["x"],"metadata":{"user_id":"u"}', true],
    ['tools that the client runs', ',"tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"any"}', true],
    ['context editing', ',"context_management":{"edits":[]}', true],
    ['an empty thread', ',"thread":null', true],
    ['pages to fetch', ',"tools":[{"type":"web_fetch_20250910","name":"web_fetch"}]', false],
    ['a search of the tools', ',"tools":[{"type":"tool_search_tool_bm25","name":"t"}]', false],
    ['no other models to fall back on', ',"fallbacks":null', true],
    ['an unknown member', ',"telepathy":null', false],
  ])('whether the prompt is fixed is known for a message with %s', (_what, extra, hasFixedPrompt) => {
    expect(parse(MESSAGES, messages(extra))).toMatchObject({ hasFixedPrompt });
  });

  test('context editing without compaction is accepted', () => {
    const body = messages(',"context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]}');
    expect(parse(MESSAGES, body)).toMatchObject({ model: 'm' });
  });

  test('duplicate names are accepted in objects that the gateway does not read, and equal names in different objects', () => {
    const body = chat(',"logit_bias":{"1":1,"1":2},"stream_options":{"x":{"y":1},"z":[{"y":1},{"y":2}]}');
    expect(parse(CHAT, body)).toMatchObject({ model: 'm' });
  });

  test('an input of spaces is accepted, because it is not empty', () => {
    expect(parse(EMBEDDINGS, '{"model":"m","input":"  "}')).toMatchObject({ model: 'm' });
  });

  test('refused parameters are accepted with harmless values', () => {
    const none =
      ',"fallbacks":null,"compaction":null,"deferred":false,"best_of":1,"prompt_cache_options":{"ttl":"30m"}';
    expect(parse(MESSAGES, messages(none))).toMatchObject({ model: 'm' });
    const body = chat(',"store":false,"background":null,"previous_response_id":null,"service_tier":"auto","n":null');
    expect(parse(CHAT, body)).toMatchObject({
      model: 'm',
      choices: 1,
      stream: false,
    });
  });
});
