/**
 * A mail with placeholders such as `{{amount}}`. A part between `{{#name}}` and `{{/name}}` is left out if the value is
 * missing. `npm run mails` writes them from dev/mail-templates.
 */
export interface Template {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The values of a template's placeholders, by name. */
export interface TemplateValues {
  readonly [placeholder: string]: string;
}

/** A template and its values do not fit. The message names the placeholder and never a value. */
export class TemplateMismatch extends Error {
  override readonly name = 'TemplateMismatch';
}

const PLACEHOLDER = /\{\{(\w+)\}\}/g;
const ESCAPES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/**
 * Fills in a template: values are escaped in HTML, and have no line breaks anywhere, so that none can add a header.
 * @throws TemplateMismatch when a placeholder has no value, or a value has control characters
 */
export function fillIn({ subject, text, html }: Template, values: TemplateValues): Template {
  const valueOf = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new TemplateMismatch(`the placeholder ${name} has no value`);
    if (/\p{Cc}/u.test(value)) throw new TemplateMismatch(`the value of ${name} has control characters`);
    return value;
  };
  const fill = (template: string, written: (value: string) => string): string =>
    withoutParts(template, values).replace(PLACEHOLDER, (_all, name: string) => written(valueOf(name)));
  const plain = (template: string): string => fill(template, (value) => value);
  return {
    subject: plain(subject),
    text: plain(text),
    html: fill(html, escapeHtml),
  };
}

/** Leaves out the parts whose value is missing, and the marks of the others. */
function withoutParts(template: string, values: TemplateValues): string {
  const [start = '', ...parts] = template.split('{{#');
  const rest = parts.map((part) => {
    const name = part.slice(0, part.indexOf('}}'));
    const [inside = '', after = ''] = part.slice(name.length + '}}'.length).split(`{{/${name}}}`);
    return values[name] === undefined ? after : inside + after;
  });
  return start + rest.join('');
}
