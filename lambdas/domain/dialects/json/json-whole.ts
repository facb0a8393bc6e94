import type { WholeFormat } from '../endpoint';
import { JSON_TYPE } from './json-content';
import { JsonShortener } from './json-shortener';

/** Whole answers that are JSON objects. Blanks before a JSON text belong to no value, so every parser skips them. */
export const JSON_WHOLE: WholeFormat = {
  contentType: JSON_TYPE,
  filler: Buffer.from(' '),
  shorten: () => new JsonShortener(),
};
