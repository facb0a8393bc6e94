import { z } from 'zod';
import { supportMessageSchema, threadSchema } from '../../contracts/http/support';
import { supportMessageKey } from '../../contracts/storage/table-keys/support';
import { EXPIRES_AT } from '../../contracts/storage/tables';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { SUPPORT_RETENTION_DAYS, type SupportAuthor } from '../../contracts/storage/support';
import { DAY_MS, SECOND_MS } from '../clock';
import type { Item } from '../table/value';

const survey = z.object({ score: z.coerce.number(), comment: z.string().optional(), answeredAt: z.iso.datetime() });

export const storedThreadSchema = threadSchema.extend({
  survey: survey.optional(),
  messages: z.coerce.number(),
});
/** A conversation between a person and the operators, without its messages. */
export type Thread = Readonly<z.infer<typeof storedThreadSchema>>;
export type SupportMessage = Readonly<z.infer<typeof supportMessageSchema>>;

export const decodeThread = (item: Item): Thread => storedThreadSchema.parse(item);
export const decodeSupportMessage = (item: Item): SupportMessage => supportMessageSchema.parse(item);

/** @param now epoch milliseconds at which something is written */
export function endOf(now: number): { readonly endsAt: string; readonly [EXPIRES_AT]: number } {
  const end = now + SUPPORT_RETENTION_DAYS * DAY_MS;
  return { endsAt: isoTime(end), [EXPIRES_AT]: Math.floor(end / SECOND_MS) };
}

export interface WrittenMessage {
  readonly personId: string;
  readonly threadId: string;
  readonly messageId: string;
  readonly by: SupportAuthor;
  readonly text: string;
}

export const encodeSupportMessage = (
  { personId, threadId, messageId, by, text }: WrittenMessage,
  now: number,
): Item => ({
  ...supportMessageKey(personId, threadId, messageId),
  messageId,
  by,
  at: isoTime(now),
  text,
  [EXPIRES_AT]: endOf(now)[EXPIRES_AT],
});
