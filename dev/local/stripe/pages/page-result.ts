/** The response of a page: HTML, a document or a redirect. */
export interface PageResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export const shown = (body: string, status = 200): PageResult => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body,
});

export const redirected = (location: string): PageResult => ({ status: 303, headers: { location }, body: '' });
