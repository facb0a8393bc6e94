import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** A request to one of the emulator's host names, which no resolver knows: they are in the Host header alone. */
export function addressedRequest(
  endpoint: string,
  host: string,
  path: string,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: object } = {},
): Promise<Answer> {
  const { headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request(new URL(path, endpoint), {
      method,
      headers: { 'content-type': 'application/json', ...headers, host },
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      text(answer).then((received) => resolve({ status: answer.statusCode, text: received }), reject);
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
