import { isoTime } from '../../../contracts/storage/table-keys/key-parts';

const MONTH_CHARACTERS = 7;

/** The month of a time in epoch milliseconds, such as `2026-11`. UTC. */
export const monthOf = (time: number): string => isoTime(time).slice(0, MONTH_CHARACTERS);

/** The first moment of a month and of the one after it, ISO 8601. */
export function boundsOf(month: string): readonly [from: string, to: string] {
  const from = new Date(`${month}-01T00:00:00.000Z`);
  return [isoTime(from.getTime()), isoTime(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1))];
}

export const monthAfter = (month: string): string => boundsOf(month)[1].slice(0, MONTH_CHARACTERS);
export const monthBefore = (month: string): string => monthOf(Date.parse(boundsOf(month)[0]) - 1);
