import type { ApiStage, Asked } from './api-stage';

/** A request to a route that succeeds for callers who may make it. */
export type Example = (
  stage: ApiStage,
  accountId: string,
) => Promise<Pick<Asked, 'path' | 'query' | 'body' | 'headers'>>;

export const at = (path: string, more: Partial<Asked> = {}): Example => {
  return async (_stage, accountId) => ({ path: path.replace('{accountId}', accountId), ...more });
};
