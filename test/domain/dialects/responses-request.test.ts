import type { RequestBound } from '../../../lambdas/domain/dialects/endpoint';
import { ENDPOINTS } from '../../../lambdas/domain/dialects/registry';
import { AppError } from '../../../lambdas/domain/errors/app-error';
import { modelOf } from '../catalog/example-catalog';

const { responses: RESPONSES } = ENDPOINTS;
const MODEL = modelOf({ id: 'm', contextTokens: 500_000, outputTokensMax: 4_000 });

const body = (extra = '', input = '"hi"') => `{"model":"m","input":${input}${extra}}`;
const items = (...list: readonly string[]) => body('', `[${list.join(',')}]`);
const tools = (...list: readonly string[]) => body(`,"tools":[${list.join(',')}]`);
const parse = (text: string) => RESPONSES.parse({ contentType: 'application/json', bytes: Buffer.from(text) });
const bound = (text: string): RequestBound => RESPONSES.bound(parse(text), MODEL);
const sent = (text: string, changes = {}): string => RESPONSES.providerBody(parse(text), changes).bytes.toString();

function refusal(text: string): { status: number; code: string; param: string | undefined; message: string } {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { status: error.status, code: error.code, param: error.param, message: error.message };
  }
  throw new Error('the request was accepted');
}

const FUNCTION =
  '{"type":"function","name":"f","parameters":{"type":"object","properties":{"type":{"type":"string"}}}}';
const SEARCH = '{"type":"web_search","external_web_access":false}';
const LIVE = '{"type":"web_search","external_web_access":true}';

describe('a request for a response', () => {
  test.each([
    ['without an input', '{"model":"m"}', 'input'],
    ['with an input that is null', body('', 'null'), 'input'],
    ['with an input that is an object', body('', '{}'), 'input'],
    ['with a limit that is text', body(',"max_output_tokens":"9"'), 'max_output_tokens'],
    ['with a negative limit', body(',"max_output_tokens":-1'), 'max_output_tokens'],
    ['with a limit in another case', body(',"Max_Output_Tokens":9'), 'Max_Output_Tokens'],
    ['with a second store flag in capitals', body(',"STORE":true'), 'STORE'],
    ['with a stream flag that is text', body(',"stream":"yes"'), 'stream'],
    ['with a mode of reasoning given twice', body(',"reasoning":{"mode":"standard","mode":"pro"}'), undefined],
  ])('a request for a response %s is refused as invalid', (_what, text, param) => {
    expect(refusal(text)).toMatchObject({ status: 400, code: 'invalid_request', param });
  });

  test.each([
    ['store', body(',"store":true')],
    ['previous_response_id', body(',"previous_response_id":"resp_1"')],
    ['conversation', body(',"conversation":"conv_1"')],
    ['conversation', body(',"conversation":{"id":"conv_1"}')],
    ['prompt', body(',"prompt":{"id":"pmpt_1"}')],
    ['background', body(',"background":true')],
    ['input', items('{"type":"item_reference","id":"msg_1"}')],
    ['input', items('{"role":"user","content":"hi"}', '{"id":"msg_1"}')],
    ['input', items('{"id":"msg_1","type":null}')],
    ['input', items(String.raw`{"id":"msg_1","typ\u0065":"item_reference"}`)],
    ['input', items('{"type":"compaction_trigger"}')],
    ['context_management', body(',"context_management":[{"type":"compaction","compact_threshold":1000}]')],
    ['reasoning.mode', body(',"reasoning":{"effort":"high","mode":"pro"}')],
    ['service_tier', body(',"service_tier":"priority"')],
    ['service_tier', body(',"service_tier":"ultrafast"')],
    ['prompt_cache_retention', body(',"prompt_cache_retention":"24h"')],
    ['prompt_cache_options.ttl', body(',"prompt_cache_options":{"ttl":"12h"}')],
    ['models', body(',"models":["m","other"]')],
    ['n', body(',"n":2')],
    ['prediction', body(',"prediction":{"type":"content","content":"x"}')],
    ['modalities.1', body(',"modalities":["text","audio"]')],
  ])('the parameter %s of a response is refused, because it stores content or has no price: %s', (param, text) => {
    expect(refusal(text)).toMatchObject({ status: 400, code: 'unsupported_parameter', param });
  });

  test('a refusal says why, and what to send instead', () => {
    expect(refusal(body(',"store":true')).message).toContain('keep content. Send "store": false, or leave it out');
    expect(refusal(body(',"previous_response_id":"r"')).message).toContain('Send the whole conversation as input');
    expect(refusal(items('{"id":"msg_1"}')).message).toContain('item_reference');
  });

  test.each([
    [
      'as Codex sends it',
      body(',"store":false,"include":["reasoning.encrypted_content"],"reasoning":{"effort":"low"}'),
    ],
    [
      'with nulls',
      body(',"store":null,"previous_response_id":null,"conversation":null,"prompt":null,"reasoning":null'),
    ],
    [
      'with messages without a type',
      items('{"role":"user","content":"hi"}', '{"type":null,"role":"user","content":""}'),
    ],
    ['with an instruction', body(',"instructions":"be brief","text":{"format":{"type":"json_schema"}}')],
    ['with an unknown parameter', body(',"telepathy":true')],
    ['with an input that is empty', body('', '[]')],
    ['with the usual mode of reasoning', body(',"reasoning":{"mode":"standard","context":"all_turns"}')],
  ])('a request for a response is accepted %s', (_what, text) => {
    expect(parse(text)).toMatchObject({ model: 'm', stream: false, choices: 1, isOutputOpen: true });
  });
});

describe('the tools of a response', () => {
  test.each([
    ['functions and free text', tools(FUNCTION, '{"type":"custom","name":"apply_patch"}')],
    ['a shell of the client', tools('{"type":"local_shell"}', '{"type":"shell","environment":{"type":"local"}}')],
    ['patches and screens', tools('{"type":"apply_patch"}', '{"type":"computer"}')],
    ['a search of the tools by the client', tools('{"type":"tool_search","execution":"client"}')],
    ['a namespace', tools(`{"type":"namespace","name":"n","tools":[${FUNCTION}]}`)],
    [
      'tools inside of the input',
      items(`{"type":"additional_tools","role":"developer","tools":[{"type":"namespace","tools":[${FUNCTION}]}]}`),
    ],
    ['tools that a search has found', items(`{"type":"tool_search_output","call_id":"c","tools":[${FUNCTION}]}`)],
    [
      'schemas with properties of the same names',
      tools('{"type":"function","parameters":{"properties":{"tools":{"type":"array","items":{"type":"object"}}}}}'),
    ],
  ])('tools that the client runs are accepted, and sent as they are: %s', (_what, text) => {
    expect(sent(text)).toBe(text.replace('{"model"', '{"store":false,"model"'));
  });

  test.each([
    ['a live search of the web', tools(LIVE)],
    ['a search of the web that may be live', tools('{"type":"web_search"}')],
    ['a search of the web of an earlier release', tools('{"type":"web_search_preview"}')],
    ['a search of files', tools('{"type":"file_search","vector_store_ids":["vs_1"]}')],
    ['code that the provider runs', tools('{"type":"code_interpreter","container":{"type":"auto"}}')],
    ['images', tools('{"type":"image_generation"}')],
    ['a server’s tools', tools('{"type":"mcp","server_label":"x","server_url":"https://x.test"}')],
    ['a shell of the provider', tools('{"type":"shell","environment":{"type":"container_auto"}}')],
    ['a shell of nobody', tools('{"type":"shell"}')],
    ['a search of the tools by the provider', tools('{"type":"tool_search"}')],
    ['tool calls by a program of the provider', tools('{"type":"programmatic_tool_calling"}')],
    ['a tool in a namespace', tools('{"type":"namespace","tools":[{"type":"mcp"}]}')],
    ['a tool inside of the input', items('{"type":"additional_tools","tools":[{"type":"code_interpreter"}]}')],
    ['a tool inside of the input, in capitals', items('{"type":"additional_tools","Tools":[{"Type":"mcp"}]}')],
    [
      'a tool inside of the input, with escapes',
      items(String.raw`{"type":"additional_tools","t\u006fols":[{"typ\u0065":"mcp"}]}`),
    ],
    [
      'a tool in a namespace inside of the input',
      items('{"type":"additional_tools","tools":[{"type":"namespace","tools":[{"type":"image_generation"}]}]}'),
    ],
    ['a live search inside of the input', items(`{"type":"tool_search_output","tools":[${FUNCTION},${LIVE}]}`)],
    [
      'a live search in a namespace inside of the input',
      items(`{"type":"additional_tools","tools":[{"type":"namespace","tools":[${LIVE}]}]}`),
    ],
  ])('tools that the provider runs are refused, because they have no price or no bound: %s', (_what, text) => {
    expect(refusal(text)).toMatchObject({ status: 400, code: 'unsupported_parameter', param: 'tools' });
  });

  test.each([
    ['an execution', '{"type":"tool_search","execution":"server","execution":"client"}'],
    ['an environment', '{"type":"shell","environment":{"type":"container_auto","type":"local"}}'],
  ])('a tool that gives %s twice is refused, because the provider may read the other one', (_what, tool) => {
    expect(refusal(tools(tool))).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test.each([
    ['in capitals', items(`{"type":"additional_tools","Tools":[${LIVE}]}`)],
    ['in a message', items(`{"role":"user","content":[{"tools":[${LIVE}]}]}`)],
    ['in another member', body(`,"more":{"tools":[${LIVE}]}`)],
    ['in a search that is left out', tools(`{"type":"web_search","external_web_access":false,"tools":[${SEARCH}]}`)],
    ['below namespaces', items(`{"type":"x","tools":[{"tools":[{"tools":[${SEARCH}]}]}]}`)],
  ])('a list of tools at a place where none is expected is refused: %s', (_where, text) => {
    expect(refusal(text)).toMatchObject({ status: 400, code: 'invalid_request', param: 'tools' });
  });

  test('the refusal of a live search tells how Codex can go on', () => {
    expect(refusal(tools(FUNCTION, LIVE)).message).toContain('in Codex, set web_search to cached or disabled');
  });

  test.each([
    ['alone', tools(SEARCH), tools()],
    ['first', tools(SEARCH, FUNCTION), tools(FUNCTION)],
    ['last', tools(FUNCTION, SEARCH), tools(FUNCTION)],
    ['between others', tools(FUNCTION, SEARCH, '{"type":"custom"}'), tools(FUNCTION, '{"type":"custom"}')],
    ['twice', tools(SEARCH, FUNCTION, SEARCH), tools(FUNCTION)],
    ['with blanks', body(`,"tools": [ ${SEARCH} , ${FUNCTION} ]`), tools(FUNCTION)],
    [
      'inside of the input',
      items('{"role":"user","content":"[,]"}', `{"type":"additional_tools","tools":[${SEARCH}]}`),
      items('{"role":"user","content":"[,]"}', '{"type":"additional_tools","tools":[]}'),
    ],
    [
      'in a namespace',
      tools(`{"type":"namespace","tools":[${SEARCH},${FUNCTION}]}`, SEARCH),
      tools(`{"type":"namespace","tools":[${FUNCTION}]}`),
    ],
  ])('a search in the provider’s index, as Codex offers it, is left out: %s', (_where, text, expected) => {
    const json = (each: string) => JSON.parse(each) as object;
    expect(json(sent(text))).toEqual({ ...json(expected), store: false });
  });

  test('a choice of a search that is left out is refused, because the provider’s error would explain nothing', () => {
    for (const choice of ['{"type":"web_search"}', '{"type":"allowed_tools","tools":[{"type":"web_search"}]}'])
      expect(refusal(body(`,"tools":[${SEARCH}],"tool_choice":${choice}`))).toMatchObject({ param: 'tool_choice' });
    const choice = '{"type":"function","name":"f"}';
    expect(parse(body(`,"tools":[${SEARCH},${FUNCTION}],"tool_choice":${choice}`))).toBeDefined();
  });
});

describe('the body of a response for its provider', () => {
  test('a request that does not say whether to store is sent with store: false', () => {
    expect(sent('{"model":"m","input":"hi"}')).toBe('{"store":false,"model":"m","input":"hi"}');
    expect(sent('{"store": null,"model":"m","input":"hi"}')).toBe('{"store": false,"model":"m","input":"hi"}');
    expect(sent('{"store":false,"model":"m","input":"hi"}')).toBe('{"store":false,"model":"m","input":"hi"}');
  });

  test('identities are left out of a response, and the key of the prompt’s cache stays', () => {
    const identities = '"user":"u","metadata":{"a":"b"},"safety_identifier":"s","client_metadata":{"installation":"i"}';
    expect(sent(body(`,${identities},"prompt_cache_key":"k"`))).toBe(
      '{"store":false,"model":"m","input":"hi","prompt_cache_key":"k"}',
    );
  });

  test('the name of the end user is read from a response, for the account’s own statistics', () => {
    expect(parse(body(',"user":"u"'))).toMatchObject({ endUser: 'u' });
  });

  test('a limit that the wallet sets becomes max_output_tokens', () => {
    const changes = { outputTokensCap: 77, model: 'real' };
    expect(sent(body(), changes)).toBe('{"store":false,"max_output_tokens":77,"model":"real","input":"hi"}');
    expect(JSON.parse(sent(body(',"max_output_tokens":null'), changes))).toMatchObject({ max_output_tokens: 77 });
  });
});

describe('the bound of a response', () => {
  test('the output of a response is bounded by its limit, which includes reasoning, or by the model’s', () => {
    expect(bound(body(',"max_output_tokens":50')).outputTokensMax).toBe(50);
    expect(bound(body()).outputTokensMax).toBe(4_000);
    expect(bound(body(',"max_output_tokens":0')).outputTokensMax).toBe(4_000);
  });

  test('the input of a response is bounded by its bytes, with its instructions and tools', () => {
    const base = bound(body()).inputTokensMax;
    expect(bound(body(`,"instructions":"${'x'.repeat(500)}"`)).inputTokensMax).toBeGreaterThanOrEqual(base + 500);
    expect(bound(tools(FUNCTION)).inputTokensMax).toBeGreaterThan(base + FUNCTION.length);
  });

  test.each([
    ['an image', '{"type":"input_image","image_url":"https://x.test/a.png"}'],
    ['a screenshot', '{"type":"computer_screenshot","image_url":"https://x.test/a.png"}'],
    ['a generated image', '{"type":"image_generation_call","result":"aGk="}'],
  ])('%s in the input of a response adds the most that an image can cost', (_what, part) => {
    const one = bound(items(`{"role":"user","content":[${part}]}`));
    const two = bound(items(`{"role":"user","content":[${part},${part}]}`));
    expect(two.inputTokensMax - one.inputTokensMax).toBe(48_169 + part.length + 1);
    expect(two.dearerUnits).toEqual(['imageInput', 'imageOutput']);
  });

  test.each([
    ['a file', items('{"role":"user","content":[{"type":"input_file","file_url":"https://x.test/a.pdf"}]}')],
    ['an encrypted summary', items('{"type":"compaction","encrypted_content":"x"}', '{"role":"user","content":"hi"}')],
  ])('%s in the input of a response is bounded by the model’s context alone', (_what, text) => {
    expect(bound(text).inputTokensMax).toBe(MODEL.contextTokens);
  });

  test('a response may write to the provider’s cache, which has a price', () => {
    expect(bound(body()).cacheWrites).toEqual(['cacheWrite']);
  });
});

describe('a whole response', () => {
  const read = (answer: object) => RESPONSES.readAnswer(Buffer.from(JSON.stringify(answer)), parse(body()));
  const usage = { input_tokens: 7, output_tokens: 2, total_tokens: 9 };

  test('the usage of a whole response is read, also if it is incomplete', () => {
    for (const status of ['completed', 'incomplete'])
      expect(read({ status, output: [], error: null, usage })).toMatchObject({
        usage: { kind: 'reported', usage: { input: 7, output: 2 } },
      });
  });

  test('a whole response that failed is not an answer, so another provider is tried', () => {
    const error = { code: 'server_error', message: 'oops' };
    expect(read({ status: 'failed', output: [], error, usage: null })).toBeUndefined();
    expect(read({ object: 'list', data: [] })).toBeUndefined();
  });
});
