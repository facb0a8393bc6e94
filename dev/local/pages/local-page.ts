import type { IncomingMessage, ServerResponse } from 'node:http';
import { escapeHtml } from '../../../lambdas/domain/notifications/templates/template';

/** A page for the person who started the run. */
export interface LocalPage {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void> | void;
}

/** Only these names lead to this machine by themselves: a page that rebinds a name of its own to it gets nothing. */
const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

/** The frames of mails inherit it: nothing is loaded from the network, and no script runs. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#16191f;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:0}a{color:#0f4c81}nav a{margin-right:1rem}.note{color:#5f6b7a}
article{border:1px solid #d9dee4;border-radius:8px;margin:1rem 0;padding:1rem}
article p{color:#5f6b7a;margin:.2rem 0 .8rem}iframe{border:0;width:100%;height:30rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere}table{border-collapse:collapse}td{padding:.2rem 0}
td:last-child{text-align:right;padding-left:2rem;font-variant-numeric:tabular-nums}
label{display:block;margin:.8rem 0}input[inputmode]{display:block;font:inherit;padding:.4rem;width:10rem;max-width:100%;box-sizing:border-box}
button{font:inherit;padding:.5rem 1.1rem;border:0;border-radius:6px;background:#0f4c81;color:#fff;cursor:pointer}
[role=alert]{background:#fde8e8;border-left:4px solid #c81e1e;padding:.6rem}
@media(max-width:30rem){article{padding:.6rem}iframe{height:36rem}}`;

export const isOfThisMachine = ({ headers }: IncomingMessage): boolean => LOCAL_HOST.test(headers.host ?? '');

/** @param page.content HTML */
export function showPage(
  { method }: IncomingMessage,
  response: ServerResponse,
  page: { readonly title: string; readonly content: string; readonly status?: number },
): void {
  response.writeHead(page.status ?? 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  response.end(method === 'HEAD' ? undefined : documentOf(page));
}

const documentOf = ({
  title,
  content,
}: {
  readonly title: string;
  readonly content: string;
}): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><nav><a href="/credit">Credit</a><a href="/inbox">Inbox</a></nav>
<main><h1>${escapeHtml(title)}</h1>
${content}
</main></body></html>
`;
