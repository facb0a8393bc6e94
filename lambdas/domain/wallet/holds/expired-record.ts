import type { Hold } from './hold';
import type { UsageRecordDraft } from './settlement';

/** The usage record of a request that nothing ended: it has no usage. */
export function expiredRecord({ accountId, requestId, request }: Hold, endedAt: number): UsageRecordDraft {
  return {
    requestId,
    accountId,
    ...request,
    status: 'expired',
    httpStatus: 0,
    usage: {},
    estimated: false,
    durationMs: Math.max(0, endedAt - Date.parse(request.at)),
  };
}
