/** Types for the parts of this untyped package that stream-pipeline.ts uses. */

declare module 'aws-lambda-stream/pipelines' {
  interface Rule<Unit> {
    readonly id: string;
    readonly flavor: () => (units: Highland.Stream<Unit>) => Highland.Stream<unknown>;
  }
  /** Returned by `initializeFrom` and passed to `initialize`. */
  interface Pipelines<Unit> {
    readonly [id: string]: Rule<Unit>['flavor'];
  }
  export function initializeFrom<Unit>(rules: readonly Rule<Unit>[]): Pipelines<Unit>;
  export function initialize<Unit>(pipelines: Pipelines<Unit>): {
    assemble(head: Highland.Stream<Unit>, includeFaultHandler: boolean): Highland.Stream<unknown>;
  };
}

declare module 'aws-lambda-stream/filters/index' {
  export function filterOnEventType(
    rule: { readonly id: string; readonly eventType: (type: string) => boolean },
    unit: { readonly event: { readonly type: string } },
  ): boolean;
}

declare module 'aws-lambda-stream/utils/handler' {
  export function toPromise(stream: Highland.Stream<unknown>): Promise<unknown>;
}
