/** How new events reach the endpoints. */
export interface DeliveryPlan {
  /** `manual`: only when a control delivers them. */
  readonly mode: 'automatic' | 'manual';
  /** How many times each event is delivered. */
  readonly copies: number;
  /** So many of the next events are never delivered by themselves. */
  readonly dropNext: number;
  /** In seconds of the fake's time. */
  readonly delaySeconds: number;
  /** Whether the events that are due are delivered in the opposite order. */
  readonly newestFirst: boolean;
  /** Whether an event arrives before the reply to the call that caused it. */
  readonly beforeReply: boolean;
}

export const PLAN_DEFAULT: DeliveryPlan = {
  mode: 'automatic',
  copies: 1,
  dropNext: 0,
  delaySeconds: 0,
  newestFirst: false,
  beforeReply: false,
};

/** One attempt to deliver an event. */
export interface Delivery {
  readonly event: string;
  readonly type: string;
  readonly endpoint: string;
  /** The status of the endpoint's answer; 0 if there was none. */
  readonly status: number;
  /** In seconds of the fake's time. */
  readonly at: number;
}
