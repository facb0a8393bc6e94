import type { Route } from '../http/route';
import { balanceRoutes } from './balance';
import { chargeRoutes } from './charges';
import { checkoutRoutes } from './checkout-sessions';
import { couponRoutes } from './coupons';
import { customerRoutes } from './customers';
import { disputeRoutes } from './disputes';
import { eventRoutes } from './events';
import { invoiceRoutes } from './invoices';
import { paymentIntentRoutes } from './payment-intents';
import { paymentMethodRoutes } from './payment-methods';
import { portalRoutes } from './portal-sessions';
import { productRoutes } from './products';
import { refundRoutes } from './refunds';
import { setupIntentRoutes } from './setup-intents';
import { subscriptionRoutes } from './subscriptions';

/** Every route of the API. */
export const ROUTES: readonly Route[] = [
  ...balanceRoutes,
  ...chargeRoutes,
  ...checkoutRoutes,
  ...couponRoutes,
  ...customerRoutes,
  ...disputeRoutes,
  ...eventRoutes,
  ...invoiceRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...portalRoutes,
  ...productRoutes,
  ...refundRoutes,
  ...setupIntentRoutes,
  ...subscriptionRoutes,
];
