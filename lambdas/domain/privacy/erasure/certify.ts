import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import { DEPLOYMENT_CHAIN } from '../../../contracts/storage/audit-event';
import type { ErasureInput, StoredErasure } from '../../../contracts/storage/erasure';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import {
  certificateKey,
  erasureKey,
  erasureListingKey,
  runningErasureKey,
} from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, EXPIRES_AT } from '../../../contracts/storage/tables';
import { DEPLOYMENT } from '../../access/actor';
import { ALREADY_DONE } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import { DAY_MS, SECOND_MS } from '../../clock';
import type { ReceiptKeys } from '../../receipts/receipt-keys';
import type { ReceiptSigner } from '../../receipts/receipt-signer';
import { exists } from '../../table/condition';
import { type Certificate, signCertificate } from './certificate';
import { DONE, runStep, type StepDependencies } from './run-step';

/** A certificate can be fetched for this long. */
export const CERTIFICATE_DAYS = 365;
/** The longest window of point-in-time recovery of any table. */
export const BACKUP_DAYS = 28;

export interface CertifyDependencies extends StepDependencies {
  readonly audit: Pick<AuditLog, 'record'>;
  readonly signer: ReceiptSigner;
  readonly keys: Pick<ReceiptKeys, 'publish'>;
  /** Names the deployment. */
  readonly deployment: string;
  /** How long audit events are kept, in the table or in the archive. */
  readonly auditDays: number;
}

/**
 * Signs the certificate and closes the erasure in one transaction: from then on, no table but the audit log leads from the
 * number of the certificate to the pseudonym of the account or the person, and neither does anything else when the history
 * of the execution has ended. The audit event is in the deployment's chain, because that of an erased account is closed.
 */
export function certify(dependencies: CertifyDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const { clock, audit, signer, keys } = dependencies;
  const { ownerId, erasureId } = input;
  return runStep(dependencies, 'certify', input, async (stored) => {
    const signed = await signCertificate(signer, contentOf(dependencies, input, stored));
    // A reader of the certificate must be able to get the key.
    await keys.publish(await signer.publicKey());
    const expiresAt = Math.ceil((clock() + CERTIFICATE_DAYS * DAY_MS) / SECOND_MS);
    const table = ACCOUNTS;
    await audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor: DEPLOYMENT,
      action: 'erasure.certify',
      target: erasureId,
      writes: [
        // Without the item, another run of this step has certified it.
        {
          write: { table, delete: erasureKey(ownerId, erasureId), when: exists() },
          otherwise: () => ALREADY_DONE,
        },
        { write: { table, put: { ...certificateKey(erasureId), ...encode(signed), [EXPIRES_AT]: expiresAt } } },
        { write: { table, delete: runningErasureKey(ownerId) } },
        { write: { table, delete: erasureListingKey(erasureId) } },
      ],
    });
    return DONE;
  });
}

function contentOf(
  { clock, deployment, auditDays }: CertifyDependencies,
  { ownerId, erasureId }: ErasureInput,
  { requestedAt, balance, balanceOutcome = 'none', hadCustomer = false }: StoredErasure,
): Parameters<typeof signCertificate>[1] {
  const now = clock();
  const isAccount = ownerId.startsWith('acc_');
  return {
    erasureId,
    deployment,
    subject: isAccount ? 'account' : 'person',
    requestedAt,
    erasedAt: isoTime(now),
    backupsEndBy: isoTime(now + BACKUP_DAYS * DAY_MS),
    balancePolicy: balance,
    balanceOutcome,
    kept: [
      isAccount ? 'ledger_entries_without_a_name' : 'pseudonym_in_records_of_accounts',
      `audit_events_for_${auditDays}_days`,
      // IDs and times, by which Step Functions shows what was done.
      'workflow_history_for_90_days',
      ...(hadCustomer ? ['payments_and_invoices_at_the_payment_processor'] : []),
    ],
    endsAt: isoTime(now + CERTIFICATE_DAYS * DAY_MS),
  };
}

/** The certificate is stored as it was signed: a text. */
const encode = ({ certificate, signature }: Certificate) => ({ certificate: JSON.stringify(certificate), signature });
