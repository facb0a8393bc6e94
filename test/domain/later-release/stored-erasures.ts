import { isoTime } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import {
  certificateKey,
  erasureKey,
  legalHoldKey,
  restrictionKey,
  childReportKey,
} from '../../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { encodeIds, encodeNewErasure, findErasure } from '../../../lambdas/domain/privacy/erasure/erasure-item';
import { ChildReports, type ChildReportsOptions } from '../../../lambdas/domain/privacy/children/child-reports';
import { findCertificate } from '../../../lambdas/domain/privacy/erasure/find-certificate';
import { LegalHolds } from '../../../lambdas/domain/privacy/erasure/legal-holds';
import { findRestriction } from '../../../lambdas/domain/restrictions/restriction-item';
import type { TableStore } from '../../../lambdas/domain/table/table-store';

const ERASURE_ID = 'era_01JD0000000000000000000001';

/** Stores an erasure, a legal hold, a restriction and a certificate, and returns their readers. */
export async function erasureReaders({
  engine,
  accountId,
  clock,
}: {
  readonly engine: TableStore;
  readonly accountId: string;
  readonly clock: () => number;
}) {
  const at = isoTime(clock());
  const table = ACCOUNTS;
  const stored = {
    erasureId: ERASURE_ID,
    state: 'frozen',
    step: 'balance',
    requestedAt: at,
    graceEndsAt: at,
    balance: 'refund',
    identityCheck: 'verified_email',
    attempt: 0,
    rounds: 0,
    erased: 0,
  };
  const more = { stoppedBecause: 'debt', resolution: 'retry', ids: encodeIds({ memberIds: [] }), erased: 1, until: at };
  await engine.write({
    table,
    put: { ...erasureKey(accountId, ERASURE_ID), ...encodeNewErasure(stored), ...more },
  });
  await engine.write({ table, put: { ...legalHoldKey(accountId), placedAt: at } });
  const restriction = { restrictedAt: at, identityCheck: 'verified_email' };
  await engine.write({ table, put: { ...restrictionKey(accountId), ...restriction } });
  const certificate = JSON.stringify({
    format: 'tollgate-erasure-certificate',
    version: 2,
    erasureId: ERASURE_ID,
    deployment: 'd',
    subject: 'organisation',
    requestedAt: at,
    erasedAt: at,
    backupsEndBy: at,
    balancePolicy: 'donate',
    balanceOutcome: 'donated',
    kept: ['something_new'],
    endsAt: at,
    keyId: 'k',
    later: true,
  });
  await engine.write({ table, put: { ...certificateKey(ERASURE_ID), certificate, signature: 'AA==' } });
  const reported = 'per_01JD0000000000000000000001';
  const report = { reportId: 'chr_01JD0000000000000000000001', personId: reported, reportedAt: at };
  await engine.write({ table, put: { ...childReportKey(reported), ...report } });
  // Reading needs the store alone.
  const reports = (store: TableStore) => new ChildReports({ store, clock } as unknown as ChildReportsOptions);
  const holds = (store: TableStore) => new LegalHolds({ store, clock, audit: new AuditLog({ store, clock }) });
  return {
    'an erasure': {
      engine,
      decoders: ['decodeErasure'],
      read: (store: TableStore) => findErasure(store, { ownerId: accountId, erasureId: ERASURE_ID }),
    },
    'a legal hold': {
      engine,
      decoders: ['decodeLegalHold'],
      read: (store: TableStore) => holds(store).get(accountId),
    },
    'a report of a child': {
      engine,
      decoders: ['decodeChildReport'],
      read: (store: TableStore) => reports(store).page({ limit: 100 }),
    },
    'a restriction': {
      engine,
      decoders: ['decodeRestriction'],
      read: (store: TableStore) => findRestriction(store, accountId),
    },
    'the certificate of an erasure': {
      engine,
      decoders: ['decodeCertificate'],
      read: (store: TableStore) => findCertificate(store, ERASURE_ID),
    },
  };
}
