/** The response of a page: HTML, a document or a redirect. */
export interface PageResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The pages load nothing and run no script, whatever text a caller has put into an object. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

export const shown = (body: string, status = 200): PageResult => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': CONTENT_POLICY,
  },
  body,
});

export const redirected = (location: string): PageResult => ({ status: 303, headers: { location }, body: '' });
