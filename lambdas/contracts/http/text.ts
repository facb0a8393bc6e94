import { z } from 'zod';

/** Control characters, lone surrogates, line separators, and what turns the direction of the text around it. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
/** Anything but what takes no place, or an empty one, on a page. */
const SEEN = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}]/u;

/** One line of plain text with nothing around it. */
export const line = (charactersMax: number) =>
  z
    .string()
    .min(1)
    .max(charactersMax)
    .refine((text) => !NOT_PLAIN.test(text), 'must be one line of plain text')
    .refine((text) => SEEN.test(text), 'must have a character that can be seen')
    .refine((text) => text === text.trim(), 'must not begin or end with a space');
