/** How a call of the API can fail without a reason in the call. */
export const FAULT_KINDS = ['disconnect', 'hold', 'rate_limit', 'server_error'] as const;

export interface Fault {
  /** `disconnect` cuts the connection without an answer; `hold` lets the call wait until it is released. */
  readonly kind: (typeof FAULT_KINDS)[number];
  /** Whether the call takes effect before it fails: the reply is lost, the change is not. */
  readonly applied?: boolean;
  readonly times?: number;
  /** Only calls whose path starts with this, such as `/v1/refunds`. */
  readonly path?: string;
  readonly method?: string;
}

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** The faults that controls have set for the next calls. */
export class Faults {
  private armed: Armed[] = [];
  private release: (() => void)[] = [];

  arm(fault: Fault): void {
    this.armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.armed = [];
    this.releaseHeld();
  }

  take(method: string, path: string): Fault | undefined {
    const match = this.armed.find(
      ({ fault }) => path.startsWith(fault.path ?? '') && (fault.method ?? method) === method,
    );
    if (!match) return undefined;
    match.left -= 1;
    if (match.left === 0) this.armed = this.armed.filter((one) => one !== match);
    return match.fault;
  }

  /** Resolves when the held calls are released. */
  held(): Promise<void> {
    return new Promise((resolve) => this.release.push(resolve));
  }

  heldCalls(): number {
    return this.release.length;
  }

  releaseHeld(): void {
    for (const release of this.release.splice(0)) release();
  }
}
