import { isFilled } from '../json/is-filled';

const NAME = Buffer.from('error');
const MEMBER = Buffer.from('"error"');

/** A name is on a line of its own, which the text of a model never is: JSON writes its line breaks as `\n`. */
const NAMED = /^event: ?error\s*$/m;

/** Whether an event calls itself an error, in the first line or in any other. */
export function isNamedError(event: Buffer): boolean {
  return event.includes(NAME) && NAMED.test(event.toString('latin1'));
}

/** Whether the data of an event can be an error, found without parsing it. */
export const mayBeError = (event: Buffer): boolean => event.includes(MEMBER);

/** Whether data is an error in the shape of any known provider, wherever in the object its mark is. */
export function isErrorData(data: { readonly [name: string]: unknown }): boolean {
  return isFilled(data['error']) || data['type'] === 'error' || data['object'] === 'error';
}
