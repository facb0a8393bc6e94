/**
 * Whether a token is written in the one form that RFC 7515 allows: three parts in base64url without padding, other
 * characters or unused bits. Node.js ignores all of these when it decodes, so one token would have many spellings.
 */
export function isCompactToken(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.every(isBase64url);
}

const isBase64url = (text: string): boolean =>
  text !== '' && Buffer.from(text, 'base64url').toString('base64url') === text;
