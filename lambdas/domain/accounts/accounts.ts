import { ulid } from 'ulid';
import { type HoldMode, holdModeSchema } from '../../contracts/deployment/hold-mode';
import type { BillingDetails, SuspensionReason } from '../../contracts/http/accounts';
import {
  accountNameSchema,
  billingDetailsSchema,
  ERASURE_SUSPENSION,
  suspensionReasonSchema,
} from '../../contracts/http/accounts';
import type { Permission } from '../../contracts/http/permissions';
import type { AuditFields } from '../../contracts/storage/audit-event';
import { accountIdSchema } from '../../contracts/storage/ids';
import { accountKey, directoryKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { AccountNotFound } from '../access/access-errors';
import type { Actor } from '../access/actor';
import { DEPLOYMENT } from '../access/actor';
import type { ActionWrite } from '../audit/action';
import { ALREADY_DONE } from '../audit/action';
import { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { VersionMismatch } from '../errors/refusal';
import type { Change, Condition } from '../table/condition';
import { absent, all, compare, exists } from '../table/condition';
import type { PageOf, PageRequest } from '../table/page';
import type { TableStore, Write } from '../table/table-store';
import type { Item } from '../table/value';
import { isVersion } from '../table/version';
import { openBalance, setHoldsOfBalance, suspendBalance } from '../wallet/balance/balance';
import { AccountBeingErased } from './accounts-errors';
import type { Account, Billing } from './account-item';
import { decodeAccount, decodeBilling } from './account-item';
import { accountPacesOf } from './account-paces';
import { everyAccount, pageOfAccounts } from './directory';
import { putMember } from './member-item';
import { requireAccountLimit } from './memberships';
import { countOne } from './pace';

export interface AccountsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** @default one on the same store */
  readonly audit?: AuditLog;
}

/** A change of one account, and its author. */
interface AccountChange {
  readonly accountId: string;
  readonly actor: Actor;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** The accounts, and the directory that lists them without a scan. */
export class Accounts {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;

  constructor({ store, clock, audit }: AccountsOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#audit = audit ?? new AuditLog({ store, clock });
  }

  /**
   * Creates an account. Creating one that exists has no effect, so the call can be repeated.
   * @param account.accountId @default a new id
   * @param account.ownerId the person who creates it. @default none: a command creates it
   * @throws LimitReached when the person is in too many accounts
   * @throws TooManyAccounts when too many were created in a short time
   */
  async create(
    account: { readonly accountId?: string | undefined; readonly name?: string; readonly ownerId?: string } = {},
  ): Promise<string> {
    const now = this.#clock();
    const createdAt = isoTime(now);
    const { ownerId } = account;
    const accountId = accountIdSchema.parse(account.accountId ?? `acc_${ulid(now)}`);
    const name = accountNameSchema.optional().parse(account.name);
    if (ownerId !== undefined) await requireAccountLimit(this.#store, ownerId);
    const put: Item = {
      ...accountKey(accountId),
      createdAt,
      members: ownerId === undefined ? 0 : 1,
      version: 1,
      ...(name !== undefined && { name }),
      ...(ownerId !== undefined && { ownerId }),
    };
    const writes: ActionWrite[] = [
      { write: { table: ACCOUNTS, put, when: absent() }, otherwise: () => ALREADY_DONE },
      { write: { table: ACCOUNTS, put: { ...directoryKey(accountId), createdAt }, when: absent() } },
    ];
    if (ownerId !== undefined) {
      const owner = { personId: ownerId, role: 'owner' as const, joinedAt: createdAt, version: 1 };
      const [member, membership] = putMember(accountId, owner, absent());
      writes.push({ write: member }, { write: membership }, { write: openBalance(accountId) });
      writes.push(...accountPacesOf(ownerId).map((pace) => countOne(pace, now)));
    }
    const actor: Actor = ownerId === undefined ? DEPLOYMENT : { kind: 'self', personId: ownerId };
    const after = ownerId === undefined ? {} : { after: { ownerId } };
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'account.create',
      target: accountId,
      ...after,
      writes,
    });
    return accountId;
  }

  async exists(accountId: string): Promise<boolean> {
    return (await this.#read(accountId)) !== undefined;
  }

  async get(accountId: string): Promise<Account | undefined> {
    const item = await this.#read(accountId);
    return item && decodeAccount(item);
  }

  async billing(accountId: string): Promise<Billing | undefined> {
    const item = await this.#read(accountId);
    return item && decodeBilling(item);
  }

  /**
   * @throws AccountNotFound
   * @throws VersionMismatch
   */
  async rename({ name, ...change }: AccountChange & { readonly name: string }): Promise<void> {
    await this.#change('account.rename', change, { set: { name: accountNameSchema.parse(name) } });
  }

  /**
   * @param billing.writes further writes of the same transaction. @default none
   * @throws AccountNotFound
   * @throws VersionMismatch
   */
  async setBilling({
    details,
    writes = [],
    ...change
  }: AccountChange & { readonly details: BillingDetails; readonly writes?: readonly Write[] }): Promise<void> {
    const billing: { [name: string]: string } = {};
    for (const [name, text] of Object.entries(billingDetailsSchema.parse(details))) billing[name] = text;
    await this.#change('billing.update', change, { set: { billing } }, { writes });
  }

  /**
   * Stops the account from starting paid requests; running requests end as usual. Suspending a suspended account has
   * no effect: its first reason stands. Only `payment` gives way to another reason, because a payment lifts it.
   * @throws AccountNotFound
   * @throws VersionMismatch
   */
  async suspend({ reason, ...change }: AccountChange & { readonly reason: SuspensionReason }): Promise<void> {
    const suspensionReason = suspensionReasonSchema.parse(reason);
    const suspendedAt = isoTime(this.#clock());
    const writes = [suspendBalance(change.accountId, suspendedAt)];
    const after = { state: 'suspended', reason: suspensionReason } as const;
    const isForPayment = async (): Promise<boolean> =>
      suspensionReason !== 'payment' && (await this.get(change.accountId))?.suspensionReason === 'payment';
    do {
      const from = (await isForPayment())
        ? { when: compare('suspensionReason', '=', 'payment'), before: { ...after, reason: 'payment' as const } }
        : { when: absent('suspendedAt'), before: { state: 'active' as const } };
      await this.#change(
        'account.suspend',
        change,
        { set: { suspendedAt, suspensionReason } },
        { ...from, after, writes },
      );
      // A due may have suspended the account meanwhile.
    } while (await isForPayment());
  }

  /**
   * Resuming an account that is not suspended has no effect.
   * @throws AccountNotFound
   * @throws AccountBeingErased
   * @throws VersionMismatch
   */
  async resume(change: AccountChange): Promise<void> {
    const remove = ['suspendedAt', 'suspensionReason'];
    const [before, after] = [{ state: 'suspended' }, { state: 'active' }] as const;
    await this.#change(
      'account.resume',
      change,
      { remove },
      {
        when: all(exists('suspendedAt'), compare('suspensionReason', '<>', ERASURE_SUSPENSION)),
        otherwise: ({ suspensionReason }) =>
          suspensionReason === ERASURE_SUSPENSION ? new AccountBeingErased() : ALREADY_DONE,
        before,
        after,
        writes: [suspendBalance(change.accountId, undefined)],
      },
    );
  }

  /**
   * Sets how much new requests of the account hold. With `rolling`, the deployment's configuration decides. Running
   * requests keep their holds, and setting the mode that is already set has no effect.
   * @throws AccountNotFound
   * @throws VersionMismatch
   */
  async setHolds({ holds, ...change }: AccountChange & { readonly holds: HoldMode }): Promise<void> {
    const rolls = holdModeSchema.parse(holds) === 'rolling';
    await this.#change('account.holds', change, rolls ? { remove: ['holds'] } : { set: { holds } }, {
      when: rolls ? exists('holds') : absent('holds'),
      before: { holds: rolls ? 'worst-case' : 'rolling' },
      after: { holds },
      writes: [setHoldsOfBalance(change.accountId, holds)],
    });
  }

  /** The ids of all accounts, in no useful order. */
  list(): AsyncGenerator<string> {
    return everyAccount(this.#store);
  }

  /** A page of the ids of all accounts, in no useful order. */
  page(request: PageRequest): Promise<PageOf<string>> {
    return pageOfAccounts(this.#store, request);
  }

  /**
   * @param effect.when the change has an effect only while this holds; otherwise it was made before
   * @param effect.otherwise the refusal if it does not hold. @default the change was made before
   * @param effect.writes further writes of the same transaction
   */
  async #change(
    action: Permission,
    { accountId, actor, version }: AccountChange,
    { set, remove }: Change,
    effect: {
      readonly when?: Condition;
      readonly otherwise?: (account: Account) => Error | typeof ALREADY_DONE;
      readonly before?: AuditFields;
      readonly after?: AuditFields;
      readonly writes?: readonly Write[];
    } = {},
  ): Promise<void> {
    const { when, otherwise: refusal, writes = [], ...fields } = effect;
    const write: Write = {
      table: ACCOUNTS,
      update: accountKey(accountId),
      change: { ...(set && { set }), ...(remove && { remove }), add: { version: 1n } },
      when: all(exists(), ...isVersion(version), ...(when ? [when] : [])),
    };
    const otherwise = (account: Item | undefined) => {
      if (!account) return new AccountNotFound();
      const current = decodeAccount(account);
      if (version !== undefined && current.version !== version) return new VersionMismatch();
      return refusal?.(current) ?? ALREADY_DONE;
    };
    const guarded = [{ write, otherwise }, ...writes.map((other) => ({ write: other }))];
    await this.#audit.record({ chain: accountId, actor, action, target: accountId, ...fields, writes: guarded });
  }

  #read(accountId: string): Promise<Item | undefined> {
    return this.#store.get({ table: ACCOUNTS, key: accountKey(accountId) });
  }
}
