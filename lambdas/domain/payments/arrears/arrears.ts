import { z } from 'zod';
import {
  creditLineKey,
  CREDIT_LINES_PARTITION,
  dueKey,
  OPEN_DUES_PARTITION,
  openDueKey,
} from '../../../contracts/storage/table-keys/funds';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { WALLET } from '../../../contracts/storage/tables';
import { DEPLOYMENT } from '../../access/actor';
import type { Accounts } from '../../accounts/accounts';
import { type ActionRecorder, ALREADY_DONE } from '../../audit/action';
import { type Clock, DAY_MS } from '../../clock';
import { VersionMismatch } from '../../errors/refusal';
import { formatUsd } from '../../money/pico';
import { commit } from '../../table/commit';
import { absent, exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import { sortKeyOf } from '../../table/merged-items';
import type { TableStore, Update } from '../../table/table-store';
import type { Item } from '../../table/value';
import { workThrough } from '../../table/work-through';
import { readBalance } from '../../wallet/balance/drawers';
import { closeMonths, lastClosedMonth } from '../statements/closings';
import { boundsOf } from '../statements/month';
import { stateAfter } from '../statements/statement';
import { decodeDue, type Due, type DueStage, moveDue } from './due-item';
import { nextStage } from './next-stage';

/** A stage of a due that people are told about. A repetition has the same account, month and stage. */
export interface DueNotice {
  readonly accountId: string;
  readonly month: string;
  readonly stage: DueStage;
  readonly owedPico: bigint;
  readonly dueAt: string;
}

export interface ArrearsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'get' | 'suspend' | 'resume'>;
  readonly audit: ActionRecorder;
  /** How many days after a month's end its due is to be paid. */
  readonly dueDays: number;
  /** Tells the account's people, at least once for each stage. */
  readonly notify: (notice: DueNotice) => Promise<void>;
}

const listedSchema = z.object({ sk: z.string(), issuedMonth: z.string().default('') });

/**
 * Bills accounts for the used part of their credit lines. After each month, an account that owes something gets a due,
 * which is reminded of, suspends the account in the end, and is paid by payments. Each step is written only if the due is
 * as it was read, and people are told before, so a run can crash anywhere and be repeated.
 */
export class Arrears {
  readonly #options: ArrearsOptions;

  constructor(options: ArrearsOptions) {
    this.#options = options;
  }

  /**
   * Moves every open due, and then issues what is to be issued: the statement of a large account takes long, and holds up
   * nobody's reminder or resumption.
   * @param until epoch milliseconds: nothing is begun from then on. The next run continues there. @default no limit
   * @throws the first error, after it has tried each account
   */
  async run(until?: number): Promise<void> {
    const month = lastClosedMonth(this.#options.clock);
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    await this.#each(OPEN_DUES_PARTITION, until, (item) => {
      const [accountId = '', dueMonth = ''] = sortKeyOf(item).split('#');
      return this.#advance(accountId, dueMonth);
    }).catch(note);
    // An earlier month is not made up for, because a due includes what was owed before.
    await this.#each(CREDIT_LINES_PARTITION, until, async (item) => {
      const { sk: accountId, issuedMonth } = listedSchema.parse(item);
      if (issuedMonth < month) await this.#issue(accountId, month);
    }).catch(note);
    if (errors.length > 0) throw errors[0];
  }

  #each(partition: string, until: number | undefined, work: (item: Item) => Promise<void>): Promise<void> {
    return workThrough(this.#options, { table: WALLET, partition, until }, work);
  }

  async #issue(accountId: string, month: string): Promise<void> {
    const { store, audit, dueDays, notify } = this.#options;
    await closeMonths(this.#options, accountId, month);
    const state = await stateAfter(store, accountId, month);
    const { owedPico, debtPico } = state.parts();
    const noteMonth: Update = {
      table: WALLET,
      update: creditLineKey(accountId),
      change: { set: { issuedMonth: month } },
      when: exists(),
    };
    const isIssued = owedPico > 0n && (await this.#read(accountId, month)) !== undefined;
    if (owedPico === 0n || isIssued) {
      await commit(store, [{ write: noteMonth, otherwise: () => 'unlisted' }]);
      return;
    }
    const [, end] = boundsOf(month);
    const dueAt = isoTime(Date.parse(end) + dueDays * DAY_MS);
    // A payment pays the debt of a dispute before it pays for the credit line.
    const coveredAtPico = state.fundedPico + debtPico + owedPico;
    const due: Due = { accountId, month, owedPico, dueAt, coveredAtPico, stage: 'issued' };
    await notify(noticeOf(due, 'issued'));
    await audit.record({
      chain: accountId,
      actor: DEPLOYMENT,
      action: 'statement.issue',
      target: accountId,
      after: { amount: formatUsd(owedPico), validUntil: dueAt },
      writes: [
        {
          write: { table: WALLET, put: { ...dueKey(accountId, month), ...due }, when: absent() },
          otherwise: () => ALREADY_DONE,
        },
        { write: { table: WALLET, put: { ...openDueKey(accountId, month) } } },
        { write: noteMonth },
      ],
    });
  }

  async #advance(accountId: string, month: string): Promise<void> {
    const { store, clock, notify, accounts } = this.#options;
    const due = await this.#read(accountId, month);
    if (due === undefined) return;
    const stage = nextStage(due, { now: clock(), isCovered: await this.#isCovered(due) });
    if (stage === undefined) return;
    await notify(noticeOf(due, stage));
    if (stage === 'suspended') await accounts.suspend({ accountId, reason: 'payment', actor: DEPLOYMENT });
    if (stage === 'paid' && due.stage === 'suspended' && !(await this.#resume(due))) return;
    await commit(store, moveDue(due, stage));
  }

  /** Whether what was paid in since the month's end, without what was paid back or taken back, covers the due. */
  async #isCovered({ accountId, coveredAtPico }: Due): Promise<boolean> {
    const balance = await readBalance(this.#options.store, accountId);
    if (balance === undefined) return false;
    const { fundedPico, refundedPico, disputedPico } = balance;
    return fundedPico - refundedPico - disputedPico >= coveredAtPico;
  }

  /**
   * Resumes the account, unless it is suspended for another due or for another reason.
   * @returns false if the account was changed meanwhile: the next run looks at it again
   */
  async #resume({ accountId, month }: Due): Promise<boolean> {
    const { store, accounts } = this.#options;
    const query = { table: WALLET, partition: OPEN_DUES_PARTITION, sort: { beginsWith: `${accountId}#` } };
    for await (const item of everyItem(store, query)) {
      const other = await this.#read(accountId, sortKeyOf(item).split('#')[1] ?? '');
      if (other?.stage === 'suspended' && other.month !== month && !(await this.#isCovered(other))) return true;
    }
    const account = await accounts.get(accountId);
    if (account?.suspensionReason !== 'payment') return true;
    try {
      await accounts.resume({ accountId, actor: DEPLOYMENT, version: account.version });
      return true;
    } catch (error) {
      if (error instanceof VersionMismatch) return false;
      throw error;
    }
  }

  async #read(accountId: string, month: string): Promise<Due | undefined> {
    const item = await this.#options.store.get({ table: WALLET, key: dueKey(accountId, month) });
    return item && decodeDue(item);
  }
}

const noticeOf = ({ accountId, month, owedPico, dueAt }: Due, stage: DueStage): DueNotice => ({
  accountId,
  month,
  stage,
  owedPico,
  dueAt,
});
