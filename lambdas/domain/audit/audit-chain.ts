import type { AuditEvent } from '../../contracts/storage/audit-event';
import type { AuditHead } from './audit-item';
import { auditEnd } from './audit-item';

/**
 * A fault of a chain, and the event that has it.
 * - `changed`: the event does not match its hash, is not an event at all, or is stored under the wrong key.
 * - `missing`: the event is gone, and some that follow it may be gone too.
 * - `unlinked`: the event does not follow the one before it, or is not the one that the chain's head names.
 */
export interface AuditFault {
  readonly kind: 'changed' | 'missing' | 'unlinked';
  readonly sequence: number;
}

/** The part of an event that links it to the others. */
export type ChainedEvent = Pick<AuditEvent, 'sequence' | 'at' | 'previous' | 'previousAt' | 'hash'>;

/** The event before the current one. */
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
   * @param options.end the chain's head before its events were read. @default unknown
   * @param options.hasEnded whether an event of this time may have expired
   */
  constructor(options: { readonly end: AuditHead | undefined; readonly hasEnded: (at: string) => boolean }) {
    this.#end = options.end;
    this.#hasEnded = options.hasEnded;
  }

  /** The last event that was followed. */
  get last(): number {
    return this.#link?.sequence ?? 0;
  }

  /** @param event absent if the stored item is not the event that belongs there */
  follow(sequence: number, event: ChainedEvent | undefined): readonly AuditFault[] {
    const faults: AuditFault[] = event === undefined ? [{ kind: 'changed', sequence }] : [];
    faults.push(...this.#missingBefore(sequence, event));
    const isNotTheEnd = sequence === this.#end?.sequence && event?.hash !== this.#end.hash;
    if (event && (isNotTheEnd || !follows(event, this.#link))) faults.push({ kind: 'unlinked', sequence });
    this.#link = { sequence, event };
    return faults;
  }

  /** The events that are missing after the last one that was followed. */
  missingAtEnd(): readonly AuditFault[] {
    if (this.#end === undefined || this.#hasEnded(this.#end.at)) return [];
    return missing((this.#link?.sequence ?? this.#end.sequence - 1) + 1, this.#end.sequence);
  }

  /** The first events of a chain are missing unless they have expired, which the next event's `previousAt` shows. */
  #missingBefore(sequence: number, event: ChainedEvent | undefined): readonly AuditFault[] {
    if (this.#link !== undefined) return missing(this.#link.sequence + 1, sequence - 1);
    const hasEnded = event?.previousAt == null ? sequence === 1 : this.#hasEnded(event.previousAt);
    return event === undefined || hasEnded ? [] : missing(sequence - 1, sequence - 1);
  }
}

/** Whether an event of this time has expired. @param now epoch milliseconds */
export const isOver = (at: string, now: number): boolean => auditEnd(at) <= Math.floor(now / 1_000);

/** A gap is one fault, however wide it is. */
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
