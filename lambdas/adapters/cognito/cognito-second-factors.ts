import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { AdminGetUserAuthFactorsCommand, UserNotFoundException } from '@aws-sdk/client-cognito-identity-provider';
import { BoundedMap } from '../../domain/bounded-map';
import type { Clock } from '../../domain/clock';
import { ControlPlaneUnavailable } from '../../domain/errors/refusal';
import type { SecondFactors } from '../../domain/identity/second-factors';

/** Who adds or removes a factor waits for it at most so long. */
const KNOWN_MS = 60_000;
const KNOWN_MAX = 1_000;

export interface CognitoSecondFactorsOptions {
  readonly client: Pick<CognitoIdentityProviderClient, 'send'>;
  readonly userPoolId: string;
  readonly clock: Clock;
}

/** Asks the user pool, at most once a minute about one person. The answer holds no attribute of theirs. */
export class CognitoSecondFactors implements SecondFactors {
  readonly #options: CognitoSecondFactorsOptions;
  readonly #known = new BoundedMap<{ readonly has: boolean; readonly from: number }>(KNOWN_MAX);

  constructor(options: CognitoSecondFactorsOptions) {
    this.#options = options;
  }

  async has(subject: string): Promise<boolean> {
    const now = this.#options.clock();
    const known = this.#known.get(subject);
    if (known && known.from <= now && now < known.from + KNOWN_MS) return known.has;
    const has = await this.#ask(subject);
    this.#known.set(subject, { has, from: now });
    return has;
  }

  async #ask(subject: string): Promise<boolean> {
    const { client, userPoolId: UserPoolId } = this.#options;
    try {
      const factors = await client.send(new AdminGetUserAuthFactorsCommand({ UserPoolId, Username: subject }));
      return (factors.UserMFASettingList ?? []).length > 0;
    } catch (error) {
      // Whoever signs in at their organisation has another user name, and factors that this pool knows nothing of.
      if (error instanceof UserNotFoundException) return false;
      throw new ControlPlaneUnavailable({ cause: error });
    }
  }
}
