/** Top-level names that never belong to a host on the public internet. */
const PRIVATE_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'arpa',
  'onion',
];

/**
 * Whether a text is a plain HTTPS URL of a public host: a host name rather than an IP literal, on the default port,
 * without credentials, query or fragment. It must be in normal form, so that every URL parser reads it the same way.
 *
 * @param options.allowsQuery whether it may have a query. @default no
 */
export function isPublicUrl(text: string, { allowsQuery = false }: { readonly allowsQuery?: boolean } = {}): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.href !== text && url.href !== `${text}/`) return false;
  const { protocol, hostname, port, username, password, search, hash } = url;
  const labels = hostname.replace(/\.$/, '').split('.');
  // The URL parser normalises every IP literal to four numbers or to brackets.
  const isName = labels.length > 1 && !hostname.startsWith('[') && !/^\d+$/.test(labels.at(-1) ?? '');
  const isPrivate = PRIVATE_SUFFIXES.includes(labels.at(-1) ?? '');
  const rest = `${port}${username}${password}${hash}${allowsQuery ? '' : search}`;
  return protocol === 'https:' && isName && !isPrivate && rest === '';
}
