import { profilesTable } from './profiles-table';
import { routeTable } from './route-table';

/** The parts of written pages that are generated: the file, the name in the part's markers, and what stands between them. */
export const SECTIONS: readonly (readonly [file: string, name: string, render: () => string])[] = [
  ['docs/api.md', 'routes', routeTable],
  ['docs/privacy.md', 'profiles', profilesTable],
];

/** The markers of a section are missing from its page. */
class MarkersMissing extends Error {
  override readonly name = 'MarkersMissing';
}

/**
 * Puts the content between the section's two markers; the rest of the page is unchanged.
 * @throws MarkersMissing
 */
export function withSection(page: string, name: string, content: string): string {
  const [opening, closing] = [`<!-- ${name}: written by npm run docs -->\n`, `<!-- end of ${name} -->`];
  const start = page.indexOf(opening);
  const end = page.indexOf(closing, start);
  if (start === -1 || end === -1) throw new MarkersMissing(`there is no section "${name}"`);
  return `${page.slice(0, start + opening.length)}\n${content}\n\n${page.slice(end)}`;
}
