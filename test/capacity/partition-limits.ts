import { SECOND_MS } from '../../lambdas/domain/clock';
/** The limits of one DynamoDB partition per second, from the DynamoDB developer guide. */
const WRITE_UNITS_MAX = 1_000;
const READ_UNITS_MAX = 3_000;

class Meter {
  #second = -1;
  #units = 0;
  peak = 0;

  /** Uses units of this second. @returns false if there are not enough left */
  use(units: number, unitsMax: number, now: number): boolean {
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#units = 0;
    }
    if (this.#units + units > unitsMax) return false;
    this.#units += units;
    this.peak = Math.max(this.peak, this.#units);
    return true;
  }
}

/** Treats each partition key as a partition of its own, as DynamoDB does for a busy key, with a partition's limits. */
export class PartitionLimits {
  readonly #meters = new Map<string, { readonly reads: Meter; readonly writes: Meter }>();
  throttled = 0;
  writeUnits = 0;
  readUnits = 0;

  /** @returns false if the partition throttles the call */
  read(partition: string, units: number, now: number): boolean {
    this.readUnits += units;
    return this.#count(this.#meterOf(partition).reads.use(units, READ_UNITS_MAX, now));
  }

  /** @returns false if the partition throttles the call */
  write(partition: string, units: number, now: number): boolean {
    this.writeUnits += units;
    return this.#count(this.#meterOf(partition).writes.use(units, WRITE_UNITS_MAX, now));
  }

  /** The busiest second of any partition whose name matches. */
  peakOf(pattern: RegExp): { readonly reads: number; readonly writes: number } {
    const meters = [...this.#meters].filter(([name]) => pattern.test(name)).map(([, meter]) => meter);
    return {
      reads: meters.reduce((most, { reads }) => Math.max(most, reads.peak), 0),
      writes: meters.reduce((most, { writes }) => Math.max(most, writes.peak), 0),
    };
  }

  #count(isTaken: boolean): boolean {
    if (!isTaken) this.throttled += 1;
    return isTaken;
  }

  #meterOf(partition: string): { readonly reads: Meter; readonly writes: Meter } {
    let meter = this.#meters.get(partition);
    if (!meter) this.#meters.set(partition, (meter = { reads: new Meter(), writes: new Meter() }));
    return meter;
  }
}
