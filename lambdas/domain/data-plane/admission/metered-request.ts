import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import {
  chatRequestSchema,
  embeddingsRequestSchema,
  messagesRequestSchema,
  NOT_SUPPORTED,
} from '../../../contracts/http/requests';
import { InvalidRequest } from '../../errors/app-error';
import { type JsonScan, MalformedJson, type Member, scanJson } from './json-scan';
import { refuseLookalikes } from './member-names';
import type { MeteredRoute } from '../routes';

/** What admission knows of a request. The body stays bytes. */
export interface MeteredRequest {
  readonly route: MeteredRoute;
  readonly body: Buffer;
  readonly scan: JsonScan;
  readonly model: string;
  readonly stream: boolean;
  /** Whether the client asked for the usage event; otherwise it is taken out of the stream again. */
  readonly wantsUsage: boolean;
  /** The client's own limit for one choice; absent when it set none. */
  readonly outputTokensMax: number | undefined;
  /** How many answers are generated. */
  readonly choices: number;
  readonly hasPrediction: boolean;
  readonly wantsAudio: boolean;
}

/** @throws InvalidRequest naming the member that is wrong */
export function parseMeteredRequest(route: MeteredRoute, body: Buffer): MeteredRequest {
  if (!isUtf8(body)) throw new InvalidRequest('The request body is not UTF-8.');
  const scan = scanBody(body);
  const base = { route, body, scan };
  switch (route.endpoint) {
    case 'chat': {
      const chat = readMembers(chatRequestSchema, body, scan);
      refuseServerTools(scan);
      return {
        ...base,
        model: chat.model,
        stream: chat.stream ?? false,
        wantsUsage: chat.stream_options?.include_usage ?? false,
        outputTokensMax: largest(chat.max_completion_tokens, chat.max_tokens),
        choices: chat.n ?? 1,
        hasPrediction: scan.members.has('prediction'),
        wantsAudio: chat.modalities?.includes('audio') ?? false,
      };
    }
    case 'messages': {
      const messages = readMembers(messagesRequestSchema, body, scan);
      refuseServerTools(scan);
      refuseCompaction(body, scan);
      return {
        ...base,
        ...PLAIN,
        model: messages.model,
        stream: messages.stream ?? false,
        outputTokensMax: messages.max_tokens,
      };
    }
    case 'embeddings': {
      const { model } = readMembers(embeddingsRequestSchema, body, scan);
      return { ...base, ...PLAIN, model, stream: false, outputTokensMax: 0 };
    }
  }
}

const PLAIN = { wantsUsage: true, choices: 1, hasPrediction: false, wantsAudio: false } as const;

const OPEN_ARRAY = 0x5b;

/** Members whose shape alone matters, by their first byte: they may be the whole prompt, so they are never parsed. */
const SHAPES: ReadonlyMap<string, RegExp> = new Map([
  ['messages', /^\[/],
  ['input', /^["[]/],
  ['prediction', /^/],
]);

/** Providers refuse them empty: OpenAI as an "empty array", Anthropic because "at least one message is required". */
const FILLED: ReadonlySet<string> = new Set(['messages', 'input']);

/** Those that are parsed are short: a list of a million wrong elements would become a million complaints. */
const MEMBER_BYTES_MAX = 16 * 1024;

function scanBody(body: Buffer): JsonScan {
  try {
    return scanJson(body);
  } catch (error) {
    if (error instanceof MalformedJson)
      throw new InvalidRequest(`The request body is not valid JSON: ${error.message}.`);
    throw error;
  }
}

function readMembers<T extends z.ZodObject>(schema: T, body: Buffer, scan: JsonScan): z.infer<T> {
  refuseLookalikes(scan, schema.shape);
  const values: { [name: string]: unknown } = {};
  for (const name of Object.keys(schema.shape)) {
    const member = scan.members.get(name);
    if (member === undefined) continue;
    const shape = SHAPES.get(name);
    if (shape !== undefined) {
      values[name] = shape.test(body.toString('latin1', member.valueStart, member.valueStart + 1));
      if (values[name] === true && FILLED.has(name) && isEmpty(body, member))
        throw new InvalidRequest(`${name} must not be empty`, name);
    } else values[name] = parseValue(name, body, member);
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.');
  const text = issue?.message ?? 'is wrong';
  // Our own messages name the member; a bare one ("must be at least 1") gets the name in front.
  const message = param !== undefined && !text.startsWith(param.split('.')[0] ?? param) ? `${param}: ${text}` : text;
  throw new InvalidRequest(message, param, text.includes(NOT_SUPPORTED) ? 'unsupported_parameter' : 'invalid_request');
}

/** Of an array or a string. A string of spaces is none. */
function isEmpty(body: Buffer, { valueStart, valueEnd }: Member): boolean {
  let at = valueStart + 1;
  if (body[valueStart] === OPEN_ARRAY) while ((body[at] ?? 0) <= 0x20 && at < valueEnd) at += 1;
  return at === valueEnd - 1;
}

function parseValue(name: string, body: Buffer, { valueStart, valueEnd }: Member): unknown {
  if (valueEnd - valueStart > MEMBER_BYTES_MAX) throw new InvalidRequest(`${name} is too long.`, name);
  try {
    return JSON.parse(body.toString('utf8', valueStart, valueEnd));
  } catch {
    throw new InvalidRequest(`${name} is not valid JSON.`, name);
  }
}

/** Tools that the client runs cost tokens only. Tools that the provider runs have charges of their own. */
const CLIENT_TOOLS = /^(function|custom|bash_\d+|text_editor_\d+|computer_\d+|memory_\d+)$/;

function refuseServerTools(scan: JsonScan): void {
  for (const type of scan.toolTypes) {
    if (CLIENT_TOOLS.test(type)) continue;
    throw new InvalidRequest(
      `The tool type "${type.slice(0, 64)}" is not supported: it has no price here.`,
      'tools',
      'unsupported_parameter',
    );
  }
}

/** Summarising a long context is billed beside the usage that the answer reports. */
const COMPACTION = /"compact_\d+"/;

function refuseCompaction(body: Buffer, scan: JsonScan): void {
  const member = scan.members.get('context_management');
  if (member === undefined || !COMPACTION.test(JSON.stringify(parseValue('context_management', body, member)))) return;
  throw new InvalidRequest(
    'Compaction is not supported: it has no price here.',
    'context_management',
    'unsupported_parameter',
  );
}

function largest(a: number | null | undefined, b: number | null | undefined): number | undefined {
  if (a == null) return b ?? undefined;
  return b == null ? a : Math.max(a, b);
}
