import { isFilled } from '../json/is-filled';
import { errorText } from '../provider-text';
import type { ProviderReport } from '../read-counts';

const NAME = Buffer.from('error');
const MEMBER = Buffer.from('"error"');

/** A name is on a line of its own, which the text of a model never is: JSON writes its line breaks as `\n`. */
const NAMED = /^event: ?error\s*$/m;

/** Whether an event can be an error, found without parsing it. */
export function mayBeError(event: Buffer): boolean {
  return event.includes(NAME) && (event.includes(MEMBER) || isNamed(event));
}

/**
 * Reads an error in the shape of any known provider, wherever in the event its mark is.
 * @returns its text; undefined when the event is no error
 */
export function readError(event: Buffer, data: ProviderReport): string | undefined {
  const isError = isFilled(data['error']) || data['type'] === 'error' || data['object'] === 'error';
  return isError || isNamed(event) ? errorText(data) : undefined;
}

function isNamed(event: Buffer): boolean {
  return NAMED.test(event.toString('latin1'));
}
