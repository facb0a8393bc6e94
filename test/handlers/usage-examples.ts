import { ulid } from 'ulid';
import type { UsageRecord } from '../../lambdas/contracts/storage/usage-record';
import { absent } from '../../lambdas/domain/table/condition';
import { putUsageRecord } from '../../lambdas/domain/usage/records/usage-records';
import { RollUps } from '../../lambdas/domain/usage/rollups/roll-ups';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

const RETENTION_DAYS = 90;
export const KEY = '01JD0000000000000000000001';

/** A request that ended just now, and that is in the roll-ups. */
export async function aRequest(
  stage: ApiStage,
  accountId: string,
  { memberId, ...fields }: Partial<UsageRecord> & { readonly memberId?: string } = {},
): Promise<UsageRecord> {
  const began = fields.at === undefined ? stage.now : Date.parse(fields.at);
  const record: UsageRecord = {
    requestId: `req_${ulid(began)}`,
    accountId,
    keyId: KEY,
    at: new Date(began).toISOString(),
    endpoint: 'chat',
    model: 'gpt-4.1',
    provider: 'openai',
    streamed: true,
    status: 'completed',
    httpStatus: 200,
    usage: { input: 100, output: 20 },
    estimated: false,
    costPico: 1_000_000_000n,
    overrunPico: 0n,
    priceVersion: 'openai/gpt-4.1@2026-01-01',
    firstByteMs: 300,
    durationMs: 1_000,
    ...fields,
  };
  const { store } = stage;
  await store.write(putUsageRecord(record, RETENTION_DAYS, absent()));
  const rollUps = new RollUps({ store, clock: () => stage.now, retentionDays: RETENTION_DAYS });
  await rollUps.count([{ record, counterId: record.keyId, memberId }]);
  return record;
}

export const USAGE_EXAMPLES: { readonly [id: string]: Example } = {
  getUsage: async (stage, accountId) => {
    await aRequest(stage, accountId);
    return { path: `/v1/accounts/${accountId}/usage`, query: 'interval=hour' };
  },
  getStatistics: at('/v1/statistics'),
  listUsageRequests: at('/v1/accounts/{accountId}/usage/requests'),
  exportUsageRequests: at('/v1/accounts/{accountId}/usage/requests/export'),
  getUsageRequest: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/usage/requests/${(await aRequest(stage, accountId)).requestId}`,
  }),
};
