import type { Trust } from '../../contracts/federation';
import { trustSchema } from '../../contracts/federation';
import { trustKey } from '../../contracts/table-keys';
import type { Item } from '../table/value';

export function encodeTrust(accountId: string, trust: Trust): Item {
  const { trustId, name, issuer, audience, subject, claims, singleUse, keySeconds, createdAt, createdBy } = trust;
  return {
    ...trustKey(accountId, trustId),
    ...{ trustId, name, issuer, audience, subject, claims, singleUse, keySeconds, createdAt },
    ...(createdBy !== undefined && { createdBy }),
  };
}

export const decodeTrust = (item: Item): Trust =>
  trustSchema.parse({ ...item, keySeconds: Number(item['keySeconds']) });
