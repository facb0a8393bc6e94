/** A model's side of a task with two turns: it asks for one command, and then repeats what the command printed. */
import { DONE, event, messageItem, named, responseCreated, responseEnd } from '../e2e/provider-answers';
import type { Received } from '../e2e/upstream';

/** The command computes what it prints, so that no agent could have copied the result from the request. */
export const COMMAND = 'echo "sum-$((40 + 2))"';
export const PRINTED = 'sum-42';

/** The token counts of one request, by the gateway's names of their units. */
export interface Tokens {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite?: number;
  readonly output: number;
}

interface Tool {
  readonly name?: string;
  readonly function?: { readonly name: string };
  /** The tools that a namespace groups. */
  readonly tools?: readonly Tool[];
}

interface Block {
  readonly type: string;
  readonly content?: unknown;
}

interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

/** A part of a conversation in the Responses API. */
interface Item {
  readonly type: string;
  readonly output?: unknown;
  readonly tools?: readonly Tool[];
}

/** The step of the task that a request asks the model for. */
interface Turn {
  /** The agent's own name of the tool that runs commands. Agents offer none when they want only a title. */
  readonly shell: string | undefined;
  /** The result of the tool, as the agent sent it. */
  readonly result: string | undefined;
}

function turnOf({ json }: Received): Turn {
  const tools = (json['tools'] ?? []) as readonly Tool[];
  const names = tools.map(({ name, function: declared }) => name ?? declared?.name ?? '');
  const last = (json['messages'] as readonly Message[]).at(-1);
  const blocks = Array.isArray(last?.content) ? (last.content as readonly Block[]) : [];
  const result = last?.role === 'tool' ? last : blocks.find(({ type }) => type === 'tool_result');
  return {
    shell: names.find((name) => name.toLowerCase() === 'bash'),
    result: result && textOf(result.content),
  };
}

const textOf = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));

const INPUT = { command: COMMAND, description: 'Prints a sum' };

const textFor = ({ result }: Turn): string =>
  result === undefined ? 'A sum' : `The command printed ${result.includes(PRINTED) ? PRINTED : 'something else'}.`;

/** Answers a request in Anthropic's dialect. */
export function messageEvents(received: Received, tokens: Tokens): string[] {
  const turn = turnOf(received);
  const isCall = turn.shell !== undefined && turn.result === undefined;
  const usage = {
    input_tokens: tokens.input,
    cache_read_input_tokens: tokens.cachedInput,
    cache_creation_input_tokens: tokens.cacheWrite ?? 0,
    output_tokens: tokens.output,
  };
  const block = isCall ? { type: 'tool_use', id: 'toolu_1', name: turn.shell, input: {} } : { type: 'text', text: '' };
  const delta = isCall
    ? { type: 'input_json_delta', partial_json: JSON.stringify(INPUT) }
    : { type: 'text_delta', text: textFor(turn) };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: received.json['model'], content: [] };
  return [
    named('message_start', { message: { ...message, stop_reason: null, usage: { ...usage, output_tokens: 1 } } }),
    named('content_block_start', { index: 0, content_block: block }),
    named('content_block_delta', { index: 0, delta }),
    named('content_block_stop', { index: 0 }),
    named('message_delta', {
      delta: { stop_reason: isCall ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: tokens.output },
    }),
    named('message_stop', {}),
  ];
}

/** Answers a request in OpenAI's dialect. */
export function chatEvents(received: Received, tokens: Tokens): string[] {
  const turn = turnOf(received);
  const isCall = turn.shell !== undefined && turn.result === undefined;
  const call = { name: turn.shell, arguments: JSON.stringify(INPUT) };
  const delta = isCall
    ? { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] }
    : { content: textFor(turn) };
  const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: received.json['model'] };
  const choice = (more: object, reason: string | null = null): string =>
    event({ ...chunk, choices: [{ index: 0, delta: more, finish_reason: reason }] });
  const prompt = tokens.input + tokens.cachedInput;
  return [
    choice({ role: 'assistant', content: '' }),
    choice(delta),
    choice({}, isCall ? 'tool_calls' : 'stop'),
    event({
      ...chunk,
      choices: [],
      usage: {
        prompt_tokens: prompt,
        completion_tokens: tokens.output,
        total_tokens: prompt + tokens.output,
        prompt_tokens_details: { cached_tokens: tokens.cachedInput },
      },
    }),
    DONE,
  ];
}

const RESULTS: ReadonlySet<string> = new Set(['function_call_output', 'custom_tool_call_output']);

/** Codex offers a tool that runs a command, or one that runs a program which can run commands. */
const PROGRAM = `const { output } = await tools.exec_command({ cmd: ${JSON.stringify(COMMAND)} }); text(output);`;

const namesOf = (tools: readonly Tool[]): string[] =>
  tools.flatMap(({ name = '', tools: inner = [] }) => [name, ...namesOf(inner)]);

/** Answers a request to the Responses API. */
export function responseEvents({ json }: Received, tokens: Tokens): string[] {
  const items = json['input'] as readonly Item[];
  const offered = [...((json['tools'] ?? []) as readonly Tool[]), ...items.flatMap(({ tools = [] }) => tools)];
  const names = namesOf(offered);
  const last = items.findLast(({ type }) => RESULTS.has(type));
  const call = names.includes('exec_command')
    ? { type: 'function_call', name: 'exec_command', arguments: JSON.stringify({ cmd: COMMAND }) }
    : { type: 'custom_tool_call', name: 'exec', input: PROGRAM };
  const result = last && textOf(last.output);
  const item =
    result === undefined
      ? { id: 'fc_1', call_id: 'call_1', status: 'completed', ...call }
      : messageItem(textFor({ shell: undefined, result }));
  return [
    responseCreated(),
    named('response.output_item.added', { output_index: 0, item }),
    named('response.output_item.done', { output_index: 0, item }),
    responseEnd([item], {
      input_tokens: tokens.input + tokens.cachedInput,
      input_tokens_details: { cached_tokens: tokens.cachedInput },
      output_tokens: tokens.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: tokens.input + tokens.cachedInput + tokens.output,
    }),
  ];
}
