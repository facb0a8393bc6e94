import type { Route } from '../define-route';
import { ACCOUNT_ROUTES } from './accounts';
import { ALERT_ROUTES } from './alerts';
import { SPENDING_ROUTES } from './spending-rules';
import { CATALOG_ROUTES } from './catalog';
import { CHILD_REPORT_ROUTES } from './child-reports';
import { COUPON_ROUTES } from './coupons';
import { DEPLOYMENT_ROUTES } from './deployment';
import { ENTRY_ROUTES } from './entries';
import { ERASURE_ROUTES } from './erasures';
import { EXPORT_ROUTES } from './exports';
import { FEDERATION_ROUTES } from './federation';
import { KEY_ROUTES } from './keys';
import { LOW_BALANCE_ROUTES } from './low-balance';
import { MEMBER_ROUTES } from './members';
import { NOTIFICATION_ROUTES } from './notifications';
import { PAYMENT_ROUTES } from './payments';
import { PLAN_ROUTES } from './plans';
import { PEOPLE_ROUTES } from './people';
import { POLICY_ROUTES } from './policies';
import { RESTRICTION_ROUTES } from './restrictions';
import { STATEMENT_ROUTES } from './statements';
import { STATISTICS_ROUTES } from './statistics';
import { SUPPORT_ROUTES } from './support';
import { USAGE_ROUTES } from './usage';
import { WEBHOOK_ROUTES } from './webhooks';

/**
 * All routes of the API except those without an access token: the exchange of one (../exchange-token.ts), unsubscribing
 * (../unsubscribe.ts), the certificate of an erasure (../erasure-certificate.ts) and reports of children
 * (../report-child.ts).
 */
export const ROUTES: readonly Route[] = [
  ...PEOPLE_ROUTES,
  ...POLICY_ROUTES,
  ...SUPPORT_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...ACCOUNT_ROUTES,
  ...PAYMENT_ROUTES,
  ...LOW_BALANCE_ROUTES,
  ...ENTRY_ROUTES,
  ...COUPON_ROUTES,
  ...PLAN_ROUTES,
  ...STATEMENT_ROUTES,
  ...USAGE_ROUTES,
  ...STATISTICS_ROUTES,
  ...MEMBER_ROUTES,
  ...KEY_ROUTES,
  ...FEDERATION_ROUTES,
  ...EXPORT_ROUTES,
  ...ERASURE_ROUTES,
  ...RESTRICTION_ROUTES,
  ...CHILD_REPORT_ROUTES,
  ...ALERT_ROUTES,
  ...SPENDING_ROUTES,
  ...WEBHOOK_ROUTES,
  ...DEPLOYMENT_ROUTES,
  ...CATALOG_ROUTES,
];
