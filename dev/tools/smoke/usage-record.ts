import { z } from 'zod';
import { REQUEST_STATUSES } from '../../../lambdas/contracts/storage/usage-record';
import { parseUsd } from '../../../lambdas/domain/money/pico';
import { type GatewayClient, jsonOf } from './gateway-client';

/** The fields of a usage record that the checks need, as GET /v1/requests/{id} returns them. */
const recordSchema = z.object({
  status: z.enum(REQUEST_STATUSES),
  estimated: z.boolean(),
  cost: z.string().transform(parseUsd),
  firstByteMs: z.number().optional(),
  durationMs: z.number(),
});

export type ShownRecord = z.infer<typeof recordSchema>;

/** @returns undefined until the request has ended */
export async function findRecord(client: GatewayClient, requestId: string): Promise<ShownRecord | undefined> {
  const { status, text } = await client.get(`/v1/requests/${requestId}`);
  return status === 200 ? recordSchema.safeParse(jsonOf(text)).data : undefined;
}
