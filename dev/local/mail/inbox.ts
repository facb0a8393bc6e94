import type { IncomingMessage, ServerResponse } from 'node:http';
import { escapeHtml } from '../../../lambdas/domain/notifications/templates/template';
import type { SpooledMail, SpoolMailer } from './spool-mailer';

export const INBOX_PATH = '/inbox';

/** Only these names lead to this machine by themselves: a page that rebinds a name of its own to it gets nothing. */
const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

/** The frames of mails inherit it: nothing is loaded from the network, and no script runs. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#16191f}
article{border:1px solid #d9dee4;border-radius:8px;margin:1rem 0;padding:1rem}h2{font-size:1.05rem;margin:0}
p{color:#5f6b7a;margin:.2rem 0 .8rem}iframe{border:0;width:100%;height:30rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}`;

/** Shows the mails of this run to the person who started it. */
export class Inbox {
  private readonly mailer: Pick<SpoolMailer, 'since'>;
  private readonly startedAt: number;

  /** @param startedAt epoch milliseconds */
  constructor(mailer: Pick<SpoolMailer, 'since'>, startedAt: number) {
    this.mailer = mailer;
    this.startedAt = startedAt;
  }

  answer({ method, headers }: IncomingMessage, response: ServerResponse): void {
    if (!LOCAL_HOST.test(headers.host ?? '')) return void response.writeHead(421).end();
    if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    response.end(method === 'HEAD' ? undefined : this.page());
  }

  private page(): string {
    const mails = this.mailer.since(this.startedAt);
    const content = mails.length === 0 ? '<p>No mail was sent in this run yet.</p>' : mails.map(article).join('\n');
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Inbox</title><style>${STYLE}</style></head>
<body><main><h1>Inbox of this run</h1>
${content}
</main></body></html>
`;
  }
}

/** A link of a mail opens in a new tab, outside the frame's sandbox. */
function article({ to, subject, text, html, sentAt }: SpooledMail): string {
  const framed = html.replace('<head>', '<head><base target="_blank">');
  return `<article><h2>${escapeHtml(subject)}</h2>
<p>To ${escapeHtml(to)} at <time>${escapeHtml(sentAt)}</time></p>
<iframe title="${escapeHtml(subject)}" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(framed)}"></iframe>
<details><summary>Plain text</summary><pre>${escapeHtml(text)}</pre></details></article>`;
}
