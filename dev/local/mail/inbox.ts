import type { IncomingMessage, ServerResponse } from 'node:http';
import { escapeHtml } from '../../../lambdas/domain/notifications/templates/template';
import { isOfThisMachine, type LocalPage, showPage } from '../pages/local-page';
import type { SpooledMail, SpoolMailer } from './spool-mailer';

export const INBOX_PATH = '/inbox';

/** Shows the mails of this run to the person who started it. */
export class Inbox implements LocalPage {
  private readonly mailer: Pick<SpoolMailer, 'since'>;
  private readonly startedAt: number;

  /** @param startedAt epoch milliseconds */
  constructor(mailer: Pick<SpoolMailer, 'since'>, startedAt: number) {
    this.mailer = mailer;
    this.startedAt = startedAt;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { method } = request;
    if (!isOfThisMachine(request)) return void response.writeHead(421).end();
    if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    const mails = this.mailer.since(this.startedAt);
    const content = mails.length === 0 ? '<p>No mail was sent in this run yet.</p>' : mails.map(article).join('\n');
    showPage(request, response, { title: 'Inbox of this run', content });
  }
}

/** A link of a mail opens in a new tab, outside the frame's sandbox. */
function article({ to, subject, text, html, sentAt }: SpooledMail): string {
  const framed = html.replace('<head>', '<head><base target="_blank">');
  return `<article><h2>${escapeHtml(subject)}</h2>
<p>To ${escapeHtml(to)} at <time datetime="${escapeHtml(sentAt)}">${escapeHtml(sentAt.slice(0, 16).replace('T', ' '))} UTC</time></p>
<iframe title="${escapeHtml(subject)}" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(framed)}"></iframe>
<details><summary>Plain text</summary><pre>${escapeHtml(text)}</pre></details></article>`;
}
