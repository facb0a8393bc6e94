import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** Sends a request to one of the emulator's host names, which exist only in the Host header and not in DNS. */
export function addressedRequest(
  endpoint: string,
  host: string,
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object;
    /** A body that is sent as it is. @default the object as JSON */
    readonly text?: string;
  } = {},
): Promise<Answer> {
  const { headers = {}, body } = options;
  const sentText = options.text ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const { method = sentText === undefined ? 'GET' : 'POST' } = options;
    const sent = request(new URL(path, endpoint), {
      method,
      headers: { 'content-type': 'application/json', ...headers, host },
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const { statusCode: status, headers: answered } = answer;
      text(answer).then((received) => resolve({ status, text: received, headers: answered }), reject);
    });
    sent.end(sentText);
  });
}
