import { randomBytes } from 'node:crypto';

/** Letters and digits only, as in Stripe's IDs. */
function letters(count: number): string {
  let text = '';
  while (text.length < count)
    text += randomBytes(count)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '');
  return text.slice(0, count);
}

/** @param prefix without its underscore, such as `ch` */
export const newId = (prefix: string, length = 24): string => `${prefix}_${letters(length)}`;

export const newSecret = (id: string): string => `${id}_secret_${letters(25)}`;
