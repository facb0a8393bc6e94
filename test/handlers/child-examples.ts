import { isoTime } from '../../lambdas/contracts/storage/table-keys/key-parts';
import { childReportKey } from '../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

/** A person who was reported. @returns the person's ID */
export async function aReportedChild(stage: ApiStage, as: 'billing' | 'owner' = 'billing'): Promise<string> {
  const personId = stage.person(as);
  const report = { reportId: 'chr_01JD0000000000000000000001', personId, reportedAt: isoTime(stage.now) };
  await stage.store.write({ table: ACCOUNTS, put: { ...childReportKey(personId), ...report } });
  return personId;
}

const ofChild =
  (more = '', extra: Partial<Awaited<ReturnType<Example>>> = {}): Example =>
  async (stage) => ({ path: `/v1/child-reports/${await aReportedChild(stage)}${more}`, ...extra });

export const CHILD_EXAMPLES: { readonly [id: string]: Example } = {
  listChildReports: at('/v1/child-reports'),
  eraseChild: ofChild('/erasure', { body: { identityCheck: 'legal_representative' } }),
  dismissChildReport: ofChild(),
};
