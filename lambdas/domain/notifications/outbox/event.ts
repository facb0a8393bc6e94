import { z } from 'zod';
import { accountIdSchema } from '../../../contracts/storage/ids';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { formatUsd } from '../../money/pico';
import type { Item } from '../../table/value';
import { KINDS } from './kinds';
import type { NewMessage } from './message';

interface Data {
  readonly [name: string]: string;
}

/**
 * An event of an account, as its webhooks get it. Its data are texts: IDs, amounts in dollars, times and words of closed
 * lists. So an event of a kind that only a later release knows can be sent as well.
 */
export const eventSchema = z.object({
  /** The ID of the message about the event. */
  messageId: z.string(),
  accountId: accountIdSchema,
  kind: z.string(),
  data: z
    .record(z.string(), z.unknown())
    .transform(
      (data) => Object.fromEntries(Object.entries(data).filter(([, value]) => typeof value === 'string')) as Data,
    ),
  createdAt: z.iso.datetime(),
});
export type AccountEvent = Readonly<z.infer<typeof eventSchema>>;

/** @throws ZodError for an item that is not an event */
export const decodeAccountEvent = (item: Item): AccountEvent => eventSchema.parse(item);

/**
 * @param now epoch milliseconds
 * @returns undefined for a message about a person alone
 */
export function eventOf(message: NewMessage, now: number): AccountEvent | undefined {
  const { messageId, kind, accountId, recipient, parameters } = message;
  if (accountId === undefined) return undefined;
  const values: { readonly [name: string]: bigint | string | undefined } = {
    ...(recipient.to === 'person' && { personId: recipient.personId }),
    ...(recipient.to === 'invitation' && { invitationId: recipient.invitationId }),
    ...KINDS[kind].parameters.parse(parameters),
  };
  return { messageId, accountId, kind, data: textsOf(values), createdAt: isoTime(now) };
}

/** The values as texts, without the unit that is the last word of their names: `amountPico` is `amount`, in dollars. */
function textsOf(values: { readonly [name: string]: bigint | string | undefined }): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [typeof value === 'bigint' ? [name.replace(/Pico$/, ''), formatUsd(value)] : [name, value]];
    }),
  );
}
