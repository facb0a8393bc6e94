import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Item } from '../table/value';

/** The user pool's ids of people: the characters of a UUID, or of another provider's opaque ids. */
const SUBJECT = /^[\w.:|-]{1,128}$/;

export const isSubject = (text: string): boolean => SUBJECT.test(text);

/** The user pool's id of a person, from the person's item. */
export const subjectOf = (item: Item): string => z.string().parse(item['subject']);

/** The hash under which an erased user is remembered until their tokens have ended. A subject cannot be guessed from it. */
export const hashOfSubject = (subject: string): string => createHash('sha256').update(subject).digest('hex');
