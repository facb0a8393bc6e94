import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import {
  ACCEPTANCE_PREFIX,
  acceptanceKey,
  POLICIES_PARTITION,
  policyKey,
} from '../../contracts/storage/table-keys/policies';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import type { ActionRecorder } from '../audit/action';
import type { Clock } from '../clock';
import { commit } from '../table/commit';
import { absent, exists } from '../table/condition';
import { everyItem } from '../table/every-item';
import { sortKeyOf } from '../table/merged-items';
import type { TableStore } from '../table/table-store';
import { PolicyExists, PolicyNotFound } from './policies-errors';
import { decodeAcceptance, decodePolicy, encodePolicy, type NewPolicy, type StoredPolicy } from './policy-item';

export interface PoliciesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: ActionRecorder;
}

/** A version of a policy, as a person sees it. */
export interface ShownPolicy extends StoredPolicy {
  /** When the person accepted it, in ISO 8601, UTC. Absent if they did not. */
  readonly acceptedAt?: string;
}

/** The versions of the deployment's terms, privacy policy and notices of a transfer, and who accepted which. */
export class Policies {
  readonly #options: PoliciesOptions;

  constructor(options: PoliciesOptions) {
    this.#options = options;
  }

  /**
   * Publishes a version. Everybody is told about it within an hour; see `PolicyNotices`.
   * @throws PolicyExists
   */
  async publish(actor: Actor, policy: NewPolicy): Promise<StoredPolicy> {
    const { audit, clock } = this.#options;
    const stored: StoredPolicy = { ...policy, publishedAt: isoTime(clock()) };
    await audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'policy.publish',
      target: `${policy.policy}@${policy.version}`,
      writes: [
        {
          write: { table: ACCOUNTS, put: encodePolicy(stored), when: absent() },
          otherwise: () => new PolicyExists(),
        },
      ],
    });
    return stored;
  }

  /** All versions, each kind by its version. An operator publishes few, so this is one read of each list. */
  async shownTo(personId: string): Promise<readonly ShownPolicy[]> {
    const { store } = this.#options;
    const accepted = new Map<string, string>();
    const own = { table: ACCOUNTS, partition: personId, sort: { beginsWith: ACCEPTANCE_PREFIX } };
    for await (const item of everyItem(store, own))
      accepted.set(sortKeyOf(item).slice(ACCEPTANCE_PREFIX.length), decodeAcceptance(item));
    const shown: ShownPolicy[] = [];
    for await (const item of everyItem(store, { table: ACCOUNTS, partition: POLICIES_PARTITION })) {
      const acceptedAt = accepted.get(sortKeyOf(item));
      shown.push({ ...decodePolicy(item), ...(acceptedAt !== undefined && { acceptedAt }) });
    }
    return shown;
  }

  /**
   * Records that a person accepts a version. The first time stands.
   * @returns when they accepted it, in ISO 8601, UTC
   * @throws PolicyNotFound
   */
  async accept(personId: string, { policy, version }: Pick<NewPolicy, 'policy' | 'version'>): Promise<string> {
    const { store, clock } = this.#options;
    const key = acceptanceKey(personId, policy, version);
    const acceptedAt = isoTime(clock());
    const refusals = await commit<'accepted' | PolicyNotFound>(store, [
      { write: { table: ACCOUNTS, put: { ...key, acceptedAt }, when: absent() }, otherwise: () => 'accepted' },
      {
        write: { table: ACCOUNTS, check: policyKey(policy, version), when: exists() },
        otherwise: () => new PolicyNotFound(),
      },
    ]);
    const refusal = refusals.find((each) => each !== 'accepted');
    if (refusal) throw refusal;
    const item = await store.get({ table: ACCOUNTS, key });
    return item ? decodeAcceptance(item) : acceptedAt;
  }
}
