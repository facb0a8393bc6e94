import type { AuditEvent } from '../../contracts/storage/audit-event';
import type { AuditHead } from './audit-item';
import { auditEnd } from './audit-item';

/**
 * What is wrong with a chain, and at which event.
 * - `changed`: it is not what its hash was made of, or no event at all, or not in its place.
 * - `missing`: it should be there and is not, nor perhaps are some that follow it.
 * - `unlinked`: it does not follow the event that is before it, or is not the one that the chain's end names.
 */
export interface AuditFault {
  readonly kind: 'changed' | 'missing' | 'unlinked';
  readonly sequence: number;
}

/** What of an event ties it to the others. */
export type ChainedEvent = Pick<AuditEvent, 'sequence' | 'at' | 'previous' | 'previousAt' | 'hash'>;

/** What is known of the event before the one at hand. */
interface Link {
  readonly sequence: number;
  /** Absent where the event cannot be read. */
  readonly event: ChainedEvent | undefined;
}

/** Follows one chain, the oldest event first, and finds where its events do not follow each other. */
export class ChainCheck {
  readonly #end: AuditHead | undefined;
  readonly #hasEnded: (at: string) => boolean;
  #link: Link | undefined;

  /**
   * @param options.end where the chain ended before its events were read. @default not known
   * @param options.hasEnded whether an event of this time may be gone by time
   */
  constructor(options: { readonly end: AuditHead | undefined; readonly hasEnded: (at: string) => boolean }) {
    this.#end = options.end;
    this.#hasEnded = options.hasEnded;
  }

  /** The last event that was followed. */
  get last(): number {
    return this.#link?.sequence ?? 0;
  }

  /** @param event absent where what is in this place is not what it should be */
  follow(sequence: number, event: ChainedEvent | undefined): readonly AuditFault[] {
    const faults: AuditFault[] = event === undefined ? [{ kind: 'changed', sequence }] : [];
    faults.push(...this.#missingBefore(sequence, event));
    const isNotTheEnd = sequence === this.#end?.sequence && event?.hash !== this.#end.hash;
    if (event && (isNotTheEnd || !follows(event, this.#link))) faults.push({ kind: 'unlinked', sequence });
    this.#link = { sequence, event };
    return faults;
  }

  /** What is missing behind the last event that was followed. */
  missingAtEnd(): readonly AuditFault[] {
    if (this.#end === undefined || this.#hasEnded(this.#end.at)) return [];
    return missing((this.#link?.sequence ?? this.#end.sequence - 1) + 1, this.#end.sequence);
  }

  /** A chain's first events are missing unless they had their time: the next one says when that was. */
  #missingBefore(sequence: number, event: ChainedEvent | undefined): readonly AuditFault[] {
    if (this.#link !== undefined) return missing(this.#link.sequence + 1, sequence - 1);
    const hasEnded = event?.previousAt == null ? sequence === 1 : this.#hasEnded(event.previousAt);
    return event === undefined || hasEnded ? [] : missing(sequence - 1, sequence - 1);
  }
}

/** Whether an event of this time is over at that one, in epoch milliseconds. */
export const isOver = (at: string, now: number): boolean => auditEnd(at) <= Math.floor(now / 1_000);

/** One fault for a gap, however wide. */
const missing = (from: number, to: number): readonly AuditFault[] =>
  from <= to ? [{ kind: 'missing', sequence: from }] : [];

function follows({ sequence, previous, previousAt, at }: ChainedEvent, link: Link | undefined): boolean {
  const isFirst = sequence === 1;
  if (isFirst !== (previous === null) || isFirst !== (previousAt === null)) return false;
  if (link === undefined) return true;
  if (sequence <= link.sequence) return false;
  if (link.event === undefined) return true;
  return previous === link.event.hash && previousAt === link.event.at && at >= link.event.at;
}
