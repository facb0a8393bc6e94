import { createHash } from 'node:crypto';
import { EXCHANGED_KEY_SECONDS_MAX, type Trust } from '../../contracts/http/federation';
import { enforceableRules, type KeyRules } from '../../contracts/http/key-rules';
import { exchangedTokenKey, trustKey } from '../../contracts/storage/table-keys/accounts';
import { counterIdOfTrust } from '../../contracts/storage/table-keys/keys';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import { isActive } from '../accounts/account-item';
import type { Clock } from '../clock';
import { DAY_MS } from '../clock';
import { ControlPlaneUnavailable } from '../errors/refusal';
import type { Keys } from '../keys/keys';
import { ownerOf } from '../keys/payers/payer';
import type { Log } from '../log';
import type { GuardedWrite } from '../table/commit';
import { commit } from '../table/commit';
import { absent, exists } from '../table/condition';
import { retry, REQUEST_RETRY, systemTiming } from '../table/retry';
import type { Put, TableStore } from '../table/table-store';
import { newTransactionToken } from '../table/transaction-token';
import type { FederatedClaims, FederatedTokens } from './federated-tokens';
import { TokenRefused } from './federation-errors';
import { matchesSubject } from './matches-subject';
import type { Trusts } from './trusts';

/** A token is accepted a little longer than it is valid, so its use is remembered for that time too. */
const GRACE_SECONDS = 300;
/** An expired key stays visible in the account's list for this long. */
const SEEN_AFTER_END_SECONDS = DAY_MS / 1_000;

export interface TokenExchangeOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly trusts: Trusts;
  readonly keys: Pick<Keys, 'prepare'>;
  readonly tokens: FederatedTokens;
}

/** Exchanges a token of an issuer that an account trusts for a short-lived key. */
export class TokenExchange {
  readonly #options: TokenExchangeOptions;

  constructor(options: TokenExchangeOptions) {
    this.#options = options;
  }

  /**
   * @returns the key, which is shown only here, and its lifetime
   * @throws TokenRefused for every kind of fault; only the log has the reason
   * @throws ControlPlaneUnavailable
   */
  async exchange(request: {
    readonly accountId: string;
    readonly trustId: string;
    readonly token: string;
  }): Promise<{ readonly key: string; readonly keySeconds: number }> {
    const { accountId, trustId, token } = request;
    const { trusts, tokens } = this.#options;
    const trust = await trusts.get(accountId, trustId);
    if (!trust) throw this.#refused(accountId, 'trust');
    const claims = await tokens.verify(token, { accountId, ...trust });
    if (!claims) throw this.#refused(accountId, 'token');
    const mismatch = mismatchOf(trust, claims);
    if (mismatch !== undefined) throw this.#refused(accountId, mismatch);
    const rules = trust.rules && enforceableRules(trust.rules);
    // A later release has set rules that nothing here would enforce.
    if (trust.rules && !rules) throw this.#refused(accountId, 'rules');
    return this.#yield(accountId, trust, rules, claims);
  }

  /** Stores the key and marks the token as used in one transaction, so that neither happens without the other. */
  async #yield(accountId: string, trust: Trust, rules: KeyRules | undefined, claims: FederatedClaims) {
    const { clock, store } = this.#options;
    const { trustId } = trust;
    const keySeconds = Math.min(trust.keySeconds, EXCHANGED_KEY_SECONDS_MAX);
    const validUntil = clock() + keySeconds * 1_000;
    const expiresAt = Math.floor(validUntil / 1_000) + SEEN_AFTER_END_SECONDS;
    const prepared = this.#options.keys.prepare({
      accountId,
      validUntil,
      createdBy: trustId,
      // The owner pays for the keys of trusts from earlier releases.
      payer: trust.payer ?? (await ownerOf(store, accountId)),
      expiresAt,
      rules,
      // All keys of the trust share its counters, so that another token does not renew a limit.
      counterId: counterIdOfTrust(trustId),
    });
    const trustExists = { table: ACCOUNTS, check: trustKey(accountId, trustId), when: exists() };
    const writes: readonly GuardedWrite<string>[] = [
      { write: isActive(accountId).write, otherwise: () => 'account' },
      { write: trustExists, otherwise: () => 'trust' },
      ...prepared.writes.map((write) => ({ write })),
      ...markUsed(trust, claims).map((write) => ({ write, otherwise: () => 'used' })),
    ];
    const token = newTransactionToken();
    const [refusal] = await retry(
      REQUEST_RETRY,
      systemTiming(clock),
      () => commit(store, writes, token),
      (cause) => new ControlPlaneUnavailable({ cause }),
    );
    if (refusal !== undefined) throw this.#refused(accountId, refusal);
    this.#options.log.info('TOKEN_EXCHANGED', { accountId, keyId: prepared.shown.keyId });
    return { key: prepared.shown.key, keySeconds };
  }

  /** @param cause a fixed word, never text from the token */
  #refused(accountId: string, cause: string): TokenRefused {
    this.#options.log.warn('TOKEN_REFUSED', { accountId, cause });
    return new TokenRefused();
  }
}

function mismatchOf(trust: Trust, { subject, texts, tokenId }: FederatedClaims): string | undefined {
  if (!matchesSubject(trust.subject, subject)) return 'subject';
  if (!Object.entries(trust.claims).every(([name, text]) => texts.get(name) === text)) return 'claims';
  return trust.singleUse && tokenId === undefined ? 'token_id' : undefined;
}

/** Marks a single-use token as used for as long as it is valid. It stores a hash, because the token's id may identify a person. */
function markUsed({ issuer, singleUse }: Trust, { tokenId, expiresAt }: FederatedClaims): readonly Put[] {
  if (!singleUse || tokenId === undefined) return [];
  const hash = createHash('sha256')
    .update(JSON.stringify([issuer, tokenId]))
    .digest('hex');
  const end = Math.ceil(expiresAt / 1_000) + GRACE_SECONDS;
  return [{ table: ACCOUNTS, put: { ...exchangedTokenKey(hash), [EXPIRES_AT]: end }, when: absent() }];
}
