export class OneRealmEnvironment {
  readonly fakeTimersModern: { useFakeTimers(): void };
  constructor(configuration: { readonly projectConfig: object });
  teardown(): Promise<void>;
}
