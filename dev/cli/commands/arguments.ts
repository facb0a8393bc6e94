import { UsageError } from './usage';

/** Those of single commands. */
export interface Options {
  readonly limit?: string;
  readonly credit?: string;
  readonly 'payment-id'?: string;
  readonly as?: string;
  readonly key?: string;
  readonly file?: string;
  readonly complete?: boolean;
  readonly model?: readonly string[];
  readonly endpoints?: string;
  readonly from?: string;
  readonly version?: string;
  readonly rules?: string;
  readonly role?: string;
  readonly grace?: string;
}

/** Exactly so many words, and no option that the command does not have. Throws UsageError. */
export function expectArguments(
  words: readonly string[],
  count: number,
  options: Options,
  allowed: readonly (keyof Options)[] = [],
): readonly string[] {
  if (words.length < count) throw new UsageError('The command lacks an argument.');
  if (words.length > count) throw new UsageError('The command has an argument too many.');
  for (const name of Object.keys(options)) {
    if (!(allowed as readonly string[]).includes(name)) throw new UsageError(`The command has no option --${name}.`);
  }
  return words;
}
