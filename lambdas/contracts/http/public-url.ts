/** Names that never mean a host of the public internet. */
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
 * Whether a text is the plain address of a public host over HTTPS: a name and no IP literal, the default port, no user,
 * query or fragment, and written as every reader of addresses would write it again.
 */
export function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.href !== text && url.href !== `${text}/`) return false;
  const { protocol, hostname, port, username, password, search, hash } = url;
  const labels = hostname.replace(/\.$/, '').split('.');
  // However an address is written, it is read as four numbers or in brackets.
  const isName = labels.length > 1 && !hostname.startsWith('[') && !/^\d+$/.test(labels.at(-1) ?? '');
  const isPrivate = PRIVATE_SUFFIXES.includes(labels.at(-1) ?? '');
  return protocol === 'https:' && isName && !isPrivate && `${port}${username}${password}${search}${hash}` === '';
}
