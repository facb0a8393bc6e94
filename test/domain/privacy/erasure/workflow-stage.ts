import { runMachine, type Steps } from '../../../../dev/local/privacy/run-machine';
import { EmbeddedStore } from '../../../../lambdas/adapters/embedded/embedded-store';
import { KeySigner } from '../../../../lambdas/adapters/receipts/key-signer';
import {
  ERASURE_STEPS,
  ERASURE_WORKFLOW,
  type ErasureStep,
  type ErasureStepResult,
} from '../../../../lambdas/contracts/workflows/erasure-workflow';
import type { BalancePolicy } from '../../../../lambdas/contracts/deployment/erasure-settings';
import { type ErasureInput, erasureInputSchema } from '../../../../lambdas/contracts/storage/erasure';
import { SHARDS } from '../../../../lambdas/contracts/storage/table-keys/key-parts';
import { pendingMailPartition } from '../../../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT as COMMAND } from '../../../../lambdas/domain/access/actor';
import { leavingPayer } from '../../../../lambdas/domain/keys/payers/leaving-payer';
import { Members } from '../../../../lambdas/domain/accounts/members';
import { Ownership } from '../../../../lambdas/domain/accounts/ownership';
import { Invitations } from '../../../../lambdas/domain/accounts/invitations';
import { AuditLog } from '../../../../lambdas/domain/audit/audit-log';
import { notifyBy } from '../../../../lambdas/domain/notifications/outbox/outbox';
import { RefundRefused } from '../../../../lambdas/domain/payments/processor-errors';
import { Refunds } from '../../../../lambdas/domain/payments/refunds';
import { People } from '../../../../lambdas/domain/people/people';
import { certify } from '../../../../lambdas/domain/privacy/erasure/certify';
import { deleteExports } from '../../../../lambdas/domain/privacy/erasure/delete-exports';
import { endBalance } from '../../../../lambdas/domain/privacy/erasure/end-balance';
import { endCustomer } from '../../../../lambdas/domain/privacy/erasure/end-customer';
import { eraseSubject } from '../../../../lambdas/domain/privacy/erasure/erase-subject';
import { Erasures } from '../../../../lambdas/domain/privacy/erasure/erasures';
import { freeze } from '../../../../lambdas/domain/privacy/erasure/freeze';
import { passGate } from '../../../../lambdas/domain/privacy/erasure/gate';
import { LegalHolds } from '../../../../lambdas/domain/privacy/erasure/legal-holds';
import type { ErasableUsers } from '../../../../lambdas/domain/privacy/erasure/ports';
import { removeUser } from '../../../../lambdas/domain/privacy/erasure/remove-user';
import { settle } from '../../../../lambdas/domain/privacy/erasure/settle';
import { tell } from '../../../../lambdas/domain/privacy/erasure/tell';
import { verifyErasure } from '../../../../lambdas/domain/privacy/erasure/verify-erasure';
import { ReceiptKeys } from '../../../../lambdas/domain/receipts/receipt-keys';
import type { TableStore } from '../../../../lambdas/domain/table/table-store';
import { Funds } from '../../../../lambdas/domain/wallet/funds/funds';
import { erasureStep } from '../../../../lambdas/handlers/privacy/erasure-step';
import { DEPLOYMENT, PaymentsStage } from '../../payments/payments-stage';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { WholeStore } from '../whole-store';

export const GRACE_DAYS = 7;
export const DAY_MS = 86_400_000;

/** Does its work. A test replaces it to let a process die. */
export type Effect = <T>(work: () => Promise<T>) => Promise<T>;
const ALIVE: Effect = (work) => work();

/** An execution that waits for a time that the test does not want to reach. */
class StillWaiting extends Error {
  override readonly name = 'StillWaiting';
}

export interface WorkflowStageOptions {
  readonly policy?: BalancePolicy;
  readonly graceDays?: number;
}

/** The user pool of the stage: subjects and their addresses. */
class Users implements ErasableUsers {
  readonly addresses = new Map<string, string>();
  readonly signedOut = new Set<string>();
  signOut = async (subject: string): Promise<void> => void this.signedOut.add(subject);
  remove = async (subject: string): Promise<void> => void this.addresses.delete(subject);
  exists = async (subject: string): Promise<boolean> => this.addresses.has(subject);
  of = async (subject: string): Promise<string | undefined> => this.addresses.get(subject);
}

/** An account with an owner at a local Stripe, and everything that erases them. */
export class WorkflowStage {
  readonly payments: PaymentsStage;
  readonly whole: WholeStore;
  readonly users = new Users();
  /** The files of exports by owner. */
  readonly files = new Map<string, number>();
  readonly started: ErasureInput[] = [];
  /** The steps that ran, in order, and where the execution stands. */
  readonly ran: ErasureStep[] = [];
  readonly signer = new KeySigner(KeySigner.generateKey());
  readonly logged: string[] = [];
  ownerId = '';
  readonly #options: WorkflowStageOptions;
  /** Called when the subscriptions and open pages of the account end. */
  onDealingsEnd = (): void => undefined;
  /** Called before a step runs. */
  onStep = async (_step: ErasureStep): Promise<void> => undefined;
  #refuses: (paymentId: string) => boolean = () => false;
  #at = { state: ERASURE_WORKFLOW.StartAt as string, event: {} as object };

  private constructor(payments: PaymentsStage, whole: WholeStore, options: WorkflowStageOptions) {
    this.payments = payments;
    this.whole = whole;
    this.#options = options;
  }

  static async open(options: WorkflowStageOptions = {}): Promise<WorkflowStage> {
    const holder: { stage?: PaymentsStage } = {};
    const start = Date.parse('2026-11-20T10:00:00.000Z');
    const engine = new WholeStore(EmbeddedStore.memory({ clock: () => holder.stage?.wallet.now ?? start }));
    const payments = await PaymentsStage.open({ engine });
    holder.stage = payments;
    const stage = new WorkflowStage(payments, engine, options);
    stage.ownerId = await stage.signUp('owner');
    await stage.ownership.appoint({ accountId: ACCOUNT, personId: stage.ownerId, actor: COMMAND });
    return stage;
  }

  readonly clock = (): number => this.payments.wallet.now;
  get store(): TableStore {
    return this.payments.wallet.store;
  }
  readonly log = {
    info: () => undefined,
    warn: () => undefined,
    error: (code: string, fields?: { readonly cause?: string }) =>
      void this.logged.push(`${code} ${fields?.cause ?? ''}`),
  };

  audit(store = this.store): AuditLog {
    return new AuditLog({ store, clock: this.clock, random: () => 0, sleep: () => Promise.resolve() });
  }
  get members(): Members {
    return new Members({ store: this.store, audit: this.audit(), clock: this.clock });
  }
  get ownership(): Ownership {
    return new Ownership({ clock: this.clock, audit: this.audit(), members: this.members });
  }
  get people(): People {
    return new People({ store: this.store, clock: this.clock });
  }
  get holds(): LegalHolds {
    return new LegalHolds({ store: this.store, clock: this.clock, audit: this.audit() });
  }

  /** A person who has signed in. @returns their ID */
  async signUp(name: string): Promise<string> {
    this.users.addresses.set(`subject-${name}`, `${name}@example.test`);
    return (await this.people.ofSubject(`subject-${name}`)).personId;
  }

  /** A person who is a member of the account. @returns their ID */
  async join(name: string, accountId = ACCOUNT): Promise<string> {
    const personId = await this.signUp(name);
    const { store, clock } = this;
    const invitations = new Invitations({ store, clock, audit: this.audit(), emails: this.users });
    const email = `${name}@example.test`;
    const { token } = await invitations.create({ accountId, email, role: 'developer', actor: COMMAND });
    await invitations.accept({ token, personId });
    return personId;
  }

  get erasures(): Erasures {
    const { store, clock } = this;
    const { policy = 'refund', graceDays = GRACE_DAYS } = this.#options;
    return new Erasures({
      store,
      clock,
      audit: this.audit(),
      workflows: { startErasure: async (input) => void this.started.push(input) },
      settings: { graceDays, balance: policy },
      notify: notifyBy(clock),
    });
  }

  async request(ownerId: string = ACCOUNT): Promise<ErasureInput> {
    const actor = ownerId === ACCOUNT ? COMMAND : ({ kind: 'self', personId: ownerId } as const);
    const { erasureId } = await this.erasures.request({ ownerId, actor });
    const input = erasureInputSchema.parse({ ownerId, erasureId });
    this.#at = { state: ERASURE_WORKFLOW.StartAt, event: input };
    return input;
  }

  /**
   * Drives the execution on, from the state that failed last. Waits take no time: the clock moves on, and what other
   * functions would do meanwhile is done.
   * @param options.until the execution is left when it waits for a later time. @default 30 days from now
   * @returns whether it has ended
   */
  async drive(
    options: {
      readonly until?: number;
      readonly effect?: Effect;
      readonly store?: TableStore;
      readonly definition?: typeof ERASURE_WORKFLOW;
    } = {},
  ): Promise<boolean> {
    const { until = this.clock() + 30 * DAY_MS, definition = ERASURE_WORKFLOW } = options;
    const steps = this.steps(options);
    const noted = Object.entries(steps).map(([placeholder, step]) => {
      const name = Object.entries(ERASURE_STEPS).find(([, each]) => each === placeholder)![0] as ErasureStep;
      const state = Object.entries(definition.States).find(
        ([, each]) => 'Resource' in each && each.Resource === `\${${placeholder}}`,
      )![0];
      const noting = async (event: unknown): Promise<unknown> => {
        this.#at = { state, event: event as object };
        this.ran.push(name);
        await this.onStep(name);
        const result = (await step(event)) as ErasureStepResult;
        if (result.outcome === 'wait') await this.#pass(Date.parse(result.until), until);
        return result;
      };
      return [placeholder, noting] as const;
    });
    try {
      const from = { ...definition, StartAt: this.#at.state };
      const overrides = { retryDelayMs: 0, pauseMs: 0 };
      await runMachine(from, this.#at.event, Object.fromEntries(noted), overrides).ended;
      return true;
    } catch (error) {
      if ((error as Error).cause instanceof StillWaiting) return false;
      throw (error as Error).cause ?? error;
    }
  }

  /** The name of the state that ran last. */
  get state(): string {
    return this.#at.state;
  }

  /** Starts the execution again from its beginning, as a host does that was restarted. */
  restart(input: ErasureInput): void {
    this.#at = { state: ERASURE_WORKFLOW.StartAt, event: input };
  }

  steps({ effect = ALIVE, store = this.store }: { readonly effect?: Effect; readonly store?: TableStore }): Steps {
    const { clock, log, users, payments } = this;
    const step = { store, clock, log };
    const audit = this.audit(store);
    const funds = new Funds({ store, clock, random: () => 0, sleep: () => Promise.resolve() });
    const real = payments.payments.processor;
    const processor = {
      payment: (id: string) => real.payment(id),
      refund: (refund: Parameters<typeof real.refund>[0]) =>
        effect(() => (this.#refuses(refund.paymentId) ? Promise.reject(new RefundRefused()) : real.refund(refund))),
      endDealings: (id: string) =>
        effect(async () => {
          this.onDealingsEnd();
          await real.endDealings(id);
        }),
      deleteCustomer: (id: string) => effect(() => real.deleteCustomer(id)),
    };
    const customers = { find: (id: string) => payments.payments.customers.find(id), processor };
    const removeSome = (ownerId: string) =>
      effect(async () => {
        const left = Math.max(0, (this.files.get(ownerId) ?? 0) - 1);
        if (left > 0) this.files.set(ownerId, left);
        else this.files.delete(ownerId);
        return left === 0;
      });
    const mortalUsers = {
      signOut: (subject: string) => effect(() => users.signOut(subject)),
      remove: (subject: string) => effect(() => users.remove(subject)),
      exists: users.exists,
    };
    const signer = {
      publicKey: () => this.signer.publicKey(),
      sign: (bytes: Uint8Array) => effect(() => this.signer.sign(bytes)),
    };
    return {
      [ERASURE_STEPS.gate]: erasureStep(passGate, { ...step, audit }),
      [ERASURE_STEPS.freeze]: erasureStep(freeze, {
        ...step,
        users: mortalUsers,
        emails: users,
        hashOf: (address) => `hash-of-${address.length}`,
      }),
      [ERASURE_STEPS.settle]: erasureStep(settle, step),
      [ERASURE_STEPS.balance]: erasureStep(endBalance, {
        ...step,
        funds,
        refunds: new Refunds({ store, clock, funds, processor }),
        customers,
        members: new Members({ store, audit, clock, leaving: leavingPayer({ store, clock, audit }) }),
      }),
      [ERASURE_STEPS.tell]: erasureStep(tell, { ...step, sendsMail: true }),
      [ERASURE_STEPS.processor]: erasureStep(endCustomer, { ...step, customers }),
      [ERASURE_STEPS.pool]: erasureStep(removeUser, { ...step, users: mortalUsers }),
      [ERASURE_STEPS.files]: erasureStep(deleteExports, { ...step, files: { removeSome } }),
      [ERASURE_STEPS.erase]: erasureStep(eraseSubject, step),
      [ERASURE_STEPS.verify]: erasureStep(verifyErasure, {
        ...step,
        users,
        files: { hasAny: async (ownerId: string) => this.files.has(ownerId) },
      }),
      [ERASURE_STEPS.certify]: erasureStep(certify, {
        ...step,
        audit,
        signer,
        keys: new ReceiptKeys({ store, clock }),
        deployment: DEPLOYMENT,
        auditDays: 90,
      }),
    };
  }

  /**
   * From now on, the processor refuses refunds for good.
   * @param of a payment. @default all
   * @returns a function that ends that
   */
  refuseRefunds(of?: string): () => void {
    this.#refuses = (paymentId) => of === undefined || of === paymentId;
    return () => void (this.#refuses = () => false);
  }

  /** Moves the clock, and does what the sweeper, the payment job and the mail function do meanwhile. */
  async #pass(time: number, until: number): Promise<void> {
    if (time > until) throw new StillWaiting();
    const { wallet } = this.payments;
    wallet.now = Math.max(wallet.now, time);
    await wallet.wallet.expireDue();
    await this.payments.payments.complete();
    for (const shard of SHARDS) {
      const { items } = await this.whole.query({ table: OUTBOX, partition: pendingMailPartition(shard) });
      for (const { pk, sk } of items as readonly { pk: string; sk: string }[]) {
        await this.whole.write({ table: OUTBOX, delete: { pk, sk } });
      }
    }
  }
}
