import type { ReceiptSigner } from '../../../lambdas/domain/receipts/receipt-signer';
import { AUDIT_RETENTION_DAYS } from '../../../lambdas/contracts/storage/audit-event';
import { ERASURE_STEPS } from '../../../lambdas/contracts/workflows/erasure-workflow';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { leavingPayer } from '../../../lambdas/domain/keys/payers/leaving-payer';
import { Members } from '../../../lambdas/domain/accounts/members';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { type Clock, SECOND_MS } from '../../../lambdas/domain/clock';
import type { VerifiedEmails } from '../../../lambdas/domain/identity/verified-emails';
import type { Log } from '../../../lambdas/domain/log';
import { Suppressions } from '../../../lambdas/domain/notifications/people/suppressions';
import type { Payments } from '../../../lambdas/domain/payments/payments';
import { Refunds } from '../../../lambdas/domain/payments/refunds';
import { certify } from '../../../lambdas/domain/privacy/erasure/certify';
import { deleteExports } from '../../../lambdas/domain/privacy/erasure/delete-exports';
import { endBalance } from '../../../lambdas/domain/privacy/erasure/end-balance';
import { endCustomer } from '../../../lambdas/domain/privacy/erasure/end-customer';
import { eraseSubject } from '../../../lambdas/domain/privacy/erasure/erase-subject';
import { freeze } from '../../../lambdas/domain/privacy/erasure/freeze';
import { passGate } from '../../../lambdas/domain/privacy/erasure/gate';
import type { ErasableFiles, ErasableUsers } from '../../../lambdas/domain/privacy/erasure/ports';
import { removeUser } from '../../../lambdas/domain/privacy/erasure/remove-user';
import type { StepWaits } from '../../../lambdas/domain/privacy/erasure/run-step';
import { settle } from '../../../lambdas/domain/privacy/erasure/settle';
import { tell } from '../../../lambdas/domain/privacy/erasure/tell';
import { verifyErasure } from '../../../lambdas/domain/privacy/erasure/verify-erasure';
import { ReceiptKeys } from '../../../lambdas/domain/receipts/receipt-keys';
import { derivedSecret, MAIL_SECRETS } from '../../../lambdas/domain/secret';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { Funds } from '../../../lambdas/domain/wallet/funds/funds';
import { erasureStep } from '../../../lambdas/handlers/privacy/erasure-step';
import type { SpoolMailer } from '../mail/spool-mailer';
import type { Steps } from './run-machine';

/** A person is watching, and this process alone serves requests: it forgets an account's state after five seconds. */
const WAITS: StepWaits = {
  decision: 5 * SECOND_MS,
  lastRequests: 6 * SECOND_MS,
  progress: 2 * SECOND_MS,
  slow: 2 * SECOND_MS,
  mail: SECOND_MS,
};

/** Everything that the erasures of a local run change besides the store. */
export interface LocalErasureParts {
  readonly users: ErasableUsers;
  readonly emails: VerifiedEmails;
  readonly files: ErasableFiles;
  readonly mailer: Pick<SpoolMailer, 'forget'>;
  readonly signer: ReceiptSigner;
  readonly pepper: string;
  readonly openPayments: () => Promise<{ readonly payments: Payments; readonly deployment: string }>;
}

/** The functions of an erasure's steps, as a local run has them. */
export async function erasureFunctions(
  { store, clock, log }: { readonly store: TableStore; readonly clock: Clock; readonly log: Log },
  { users, emails, files, mailer, signer, pepper, openPayments }: LocalErasureParts,
): Promise<Steps> {
  const { payments, deployment } = await openPayments();
  const { customers, processor } = payments;
  const step = { store, clock, log, waits: WAITS };
  const audit = new AuditLog({ store, clock });
  const funds = new Funds({ store, clock });
  const suppressions = new Suppressions({ store, clock, secret: derivedSecret(pepper, MAIL_SECRETS.suppressions) });
  const ofProcessor = { find: (accountId: string) => customers.find(accountId), processor };
  const processorStep = erasureStep(endCustomer, { ...step, customers: ofProcessor });
  return {
    [ERASURE_STEPS.gate]: erasureStep(passGate, { ...step, audit }),
    [ERASURE_STEPS.freeze]: erasureStep(freeze, {
      ...step,
      users,
      emails,
      hashOf: (address) => suppressions.hashOf(address),
    }),
    [ERASURE_STEPS.settle]: erasureStep(settle, step),
    [ERASURE_STEPS.balance]: erasureStep(endBalance, {
      ...step,
      funds,
      refunds: new Refunds({ store, clock, funds, processor }),
      customers: ofProcessor,
      members: new Members({ store, audit, clock, leaving: leavingPayer({ store, clock, audit }) }),
    }),
    [ERASURE_STEPS.tell]: erasureStep(tell, { ...step, sendsMail: true }),
    [ERASURE_STEPS.processor]: async (event) => {
      // The spool stands in for the inbox of the address in the billing details, which is unknown after this.
      const { ownerId } = event as { readonly ownerId: string };
      const billing = ownerId.startsWith('acc_') ? await new Accounts({ store, clock }).billing(ownerId) : undefined;
      if (billing?.details !== undefined) mailer.forget(billing.details.email);
      return processorStep(event);
    },
    [ERASURE_STEPS.pool]: erasureStep(removeUser, { ...step, users }),
    [ERASURE_STEPS.files]: erasureStep(deleteExports, { ...step, files }),
    [ERASURE_STEPS.erase]: erasureStep(eraseSubject, step),
    [ERASURE_STEPS.verify]: erasureStep(verifyErasure, { ...step, users, files }),
    [ERASURE_STEPS.certify]: erasureStep(certify, {
      ...step,
      audit,
      signer,
      keys: new ReceiptKeys({ store, clock }),
      deployment,
      auditDays: AUDIT_RETENTION_DAYS,
    }),
  };
}
