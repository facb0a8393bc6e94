import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

/** Reports a person who owns nothing. @returns the person's ID */
export async function aReportedChild(stage: ApiStage, as: 'billing' | 'owner' = 'billing'): Promise<string> {
  stage.emails.set(as, `${as}@school.example`);
  await stage.parts.childReports.report({ email: `${as}@school.example` });
  return stage.person(as);
}

const ofChild =
  (more = '', extra: Partial<Awaited<ReturnType<Example>>> = {}): Example =>
  async (stage) => ({ path: `/v1/child-reports/${await aReportedChild(stage)}${more}`, ...extra });

export const CHILD_EXAMPLES: { readonly [id: string]: Example } = {
  listChildReports: at('/v1/child-reports'),
  eraseChild: ofChild('/erasure', { body: { identityCheck: 'legal_representative' } }),
  dismissChildReport: ofChild(),
};
