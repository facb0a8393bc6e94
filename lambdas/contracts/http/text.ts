import { z } from 'zod';

/** Control characters, lone surrogates, line separators, and characters that change the direction of surrounding text. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}]/u;

/** Control characters except line feeds and tabs, lone surrogates, and characters that change the direction of text. */
const NOT_PLAIN_LINES = /[^\P{Cc}\n\t]|[\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/** Several lines of plain text without surrounding white space. */
export const paragraphs = (charactersMax: number) =>
  z
    .string()
    .min(1)
    .max(charactersMax)
    .refine((text) => !NOT_PLAIN_LINES.test(text), 'must be plain text')
    .refine((text) => VISIBLE.test(text), 'must contain a visible character')
    .refine((text) => text === text.trim(), 'must not begin or end with white space');

/** One line of plain text without surrounding white space. */
export const line = (charactersMax: number) =>
  z
    .string()
    .min(1)
    .max(charactersMax)
    .refine((text) => !NOT_PLAIN.test(text), 'must be one line of plain text')
    .refine((text) => VISIBLE.test(text), 'must contain a visible character')
    .refine((text) => text === text.trim(), 'must not begin or end with a space');
