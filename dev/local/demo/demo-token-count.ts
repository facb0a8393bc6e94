import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Mountable } from '@copilotkit/aimock';
import { z } from 'zod';
import { tokensOf } from './demo-tokens';

const requestSchema = z.object({ messages: z.array(z.unknown()) }).catch({ messages: [] });

/** Counts tokens by the same rule as the demo's answers, because aimock cannot count. */
export class DemoTokenCount implements Mountable {
  async handleRequest(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { messages } = requestSchema.parse(await json(request).catch(() => undefined));
    const count = { input_tokens: tokensOf(JSON.stringify(messages)) };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(count));
    return true;
  }
}
