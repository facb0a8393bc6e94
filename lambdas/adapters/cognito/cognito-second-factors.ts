import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { AdminGetUserAuthFactorsCommand, UserNotFoundException } from '@aws-sdk/client-cognito-identity-provider';
import { BoundedMap } from '../../domain/bounded-map';
import { type Clock, MINUTE_MS } from '../../domain/clock';
import { ControlPlaneUnavailable } from '../../domain/errors/refusal';
import type { SecondFactors } from '../../domain/identity/second-factors';

/** A person who adds or removes a factor waits at most this long until it takes effect. */
const CACHE_MS = MINUTE_MS;
const CACHE_ENTRIES_MAX = 1_000;

export interface CognitoSecondFactorsOptions {
  readonly client: Pick<CognitoIdentityProviderClient, 'send'>;
  readonly userPoolId: string;
  readonly clock: Clock;
}

/** Asks the user pool about each person at most once a minute. The response contains no attributes of the person. */
export class CognitoSecondFactors implements SecondFactors {
  readonly #options: CognitoSecondFactorsOptions;
  readonly #cache = new BoundedMap<{ readonly has: boolean; readonly fetchedAt: number }>(CACHE_ENTRIES_MAX);

  constructor(options: CognitoSecondFactorsOptions) {
    this.#options = options;
  }

  async has(subject: string): Promise<boolean> {
    const now = this.#options.clock();
    const cached = this.#cache.get(subject);
    if (cached && cached.fetchedAt <= now && now < cached.fetchedAt + CACHE_MS) return cached.has;
    const has = await this.#fetch(subject);
    this.#cache.set(subject, { has, fetchedAt: now });
    return has;
  }

  async #fetch(subject: string): Promise<boolean> {
    const { client, userPoolId: UserPoolId } = this.#options;
    try {
      const factors = await client.send(new AdminGetUserAuthFactorsCommand({ UserPoolId, Username: subject }));
      return (factors.UserMFASettingList ?? []).length > 0;
    } catch (error) {
      // A person who signs in through their organisation has a different user name, and this pool does not know their
      // factors.
      if (error instanceof UserNotFoundException) return false;
      throw new ControlPlaneUnavailable({ cause: error });
    }
  }
}
