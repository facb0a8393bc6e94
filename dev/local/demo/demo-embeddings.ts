import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Mountable } from '@copilotkit/aimock';
import { z } from 'zod';
import { DEMO_MODEL } from './demo-catalog';
import { tokensOf } from './demo-tokens';

const DIMENSIONS = 8;

const input = z.union([z.string(), z.array(z.unknown())]);
const embeddingsSchema = z.object({ input, encoding_format: z.enum(['float', 'base64']).optional() });

/** Replaces aimock's embeddings, which report zero tokens. The same text always gets the same vector. */
export class DemoEmbeddings implements Mountable {
  async handleRequest(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const parsed = embeddingsSchema.safeParse(await json(request).catch(() => undefined));
    if (!parsed.success) {
      const error = {
        message: 'The body is not a valid embeddings request.',
        type: 'invalid_request_error',
        code: null,
        param: null,
      };
      send(response, 400, { error });
      return true;
    }
    const { input: given, encoding_format: format } = parsed.data;
    const texts = textsOf(given);
    const data = texts.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: encode(vectorOf(text), format),
    }));
    const tokens = texts.reduce((sum, text) => sum + tokensOf(text), 0);
    send(response, 200, {
      object: 'list',
      data,
      model: DEMO_MODEL,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
    return true;
  }
}

/** The input is a text, a list of texts, a text as token numbers, or a list of those. */
function textsOf(given: z.infer<typeof input>): readonly string[] {
  if (typeof given === 'string') return [given];
  if (given.every((item) => typeof item === 'number')) return [JSON.stringify(given)];
  return given.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
}

function vectorOf(text: string): Float32Array {
  const bytes = createHash('sha256').update(text).digest();
  return Float32Array.from({ length: DIMENSIONS }, (_, index) => (bytes.readUInt8(index) - 127.5) / 127.5);
}

function encode(vector: Float32Array, format: 'float' | 'base64' | undefined): number[] | string {
  return format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
