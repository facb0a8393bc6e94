/** HTML that is safe to send: `markup` escapes everything that is not. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | number | string | readonly Html[] | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  return typeof content === 'object' ? content.map(({ text }) => text).join('') : escaped(String(content));
}

/** A template whose values are escaped, unless they are HTML themselves. */
export const markup = (parts: TemplateStringsArray, ...values: Content[]): Html =>
  new Html(parts.map((part, index) => part + render(values[index])).join(''));

const STYLE = new Html(`<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; color: #1a1f36; overflow-wrap: anywhere }
label { display: block; margin: .6rem 0 } input, select { display: block; width: 100%; box-sizing: border-box; padding: .45rem; font: inherit }
button { display: block; width: 100%; margin: .4rem 0; padding: .55rem .8rem; font: inherit; color: inherit; text-align: left; cursor: pointer; background: #fff; border: 1px solid #c5ccd6; border-radius: 6px }
button:hover { background: #f4f6f8 } button .note { white-space: nowrap } fieldset { border: 1px solid #d9dee4; border-radius: 8px; margin: 1rem 0; padding: .4rem .8rem }
table { width: 100%; border-collapse: collapse } td:last-child { text-align: right; white-space: nowrap } td { padding: .25rem 0; vertical-align: top } h2 { font-size: 1.15rem; margin-top: 2rem } a { color: #0f4c81 }
[role=alert] { background: #fde8e8; border-left: 4px solid #c81e1e; padding: .6rem } .note { color: #5a6072; font-size: .9rem }
</style>`);

/** A whole page. */
export const htmlPage = (title: string, body: Html): string =>
  markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>${STYLE}</head>
<body><p class="note">Local stand-in for Stripe. No money moves, and real card numbers are never accepted.</p>
<main><h1>${title}</h1>${body}</main></body></html>
`.text;

export const alert = (message: string | undefined): Html | undefined =>
  message === undefined ? undefined : markup`<p role="alert">${message}</p>`;
