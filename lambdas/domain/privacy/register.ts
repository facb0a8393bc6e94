import type { FieldRule, StoredItem } from '../../contracts/storage/stored-item';
import { ACCOUNT_ITEMS } from '../accounts/stored-items';
import { AUDIT_ITEMS } from '../audit/stored-items';
import { CATALOG_ITEMS } from '../catalog/stored-items';
import { DATA_PLANE_ITEMS } from '../data-plane/stored-items';
import { FEDERATION_ITEMS } from '../federation/stored-items';
import { KEY_ITEMS } from '../keys/stored-items';
import { NOTIFICATION_ITEMS } from '../notifications/stored-items';
import { WEBHOOK_ITEMS } from '../notifications/webhooks/stored-items';
import { COUPON_ITEMS } from '../payments/coupons/stored-items';
import { PAYMENT_ITEMS } from '../payments/stored-items';
import { PEOPLE_ITEMS } from '../people/stored-items';
import { POLICY_ITEMS } from '../policies/stored-items';
import { RECEIPT_ITEMS } from '../receipts/stored-items';
import { SUPPORT_ITEMS } from '../support/stored-items';
import { ROLL_UP_ITEMS } from '../usage/rollups/stored-items';
import { ALERT_ITEMS } from '../usage/spend-watch/stored-items';
import { STATISTICS_ITEMS } from '../usage/statistics/stored-items';
import { USAGE_ITEMS } from '../usage/stored-items';
import { WALLET_ITEMS } from '../wallet/stored-items';
import { CHILD_REPORT_ITEMS } from './children/child-report-item';
import { ERASURE_ITEMS } from './erasure/stored-items';
import { PRIVACY_ITEMS } from './stored-items';

/**
 * Every kind of item in every table, in the order of an export. The data map is generated from it, and the workflows of
 * people's rights read it: an item that is not here would be neither exported nor erased.
 */
export const REGISTER: readonly StoredItem[] = [
  ...PEOPLE_ITEMS,
  ...POLICY_ITEMS,
  ...SUPPORT_ITEMS,
  ...ACCOUNT_ITEMS,
  ...FEDERATION_ITEMS,
  ...NOTIFICATION_ITEMS,
  ...WEBHOOK_ITEMS,
  ...KEY_ITEMS,
  ...PAYMENT_ITEMS,
  ...COUPON_ITEMS,
  ...WALLET_ITEMS,
  ...USAGE_ITEMS,
  ...ROLL_UP_ITEMS,
  ...STATISTICS_ITEMS,
  ...ALERT_ITEMS,
  ...RECEIPT_ITEMS,
  ...DATA_PLANE_ITEMS,
  ...AUDIT_ITEMS,
  ...CATALOG_ITEMS,
  ...PRIVACY_ITEMS,
  ...CHILD_REPORT_ITEMS,
  ...ERASURE_ITEMS,
];

/** The fields with a right, by name. */
export const fieldsWith = (
  right: FieldRule['rights'][number],
  { fields }: Pick<StoredItem, 'fields'>,
): readonly string[] =>
  Object.entries(fields)
    .filter(([, { rights }]) => rights.includes(right))
    .map(([name]) => name);

/** The kinds of items that are in an export, because at least one field is. */
export const EXPORTED = REGISTER.filter((item) => fieldsWith('exported', item).length > 0);
