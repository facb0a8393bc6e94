import type { StripeEvent, WebhookEndpoint } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { type Delivery, type DeliveryPlan, PLAN_DEFAULT } from './delivery-plan';
import { endpointsFor, secretOf } from './endpoints';
import { postEvent } from './post-event';

/** When a failed delivery is tried again, after each attempt: for three days, as at Stripe. */
const RETRY_AFTER_SECONDS = [60, 600, 3600, 6 * 3600, 24 * 3600, 41 * 3600];

const DELIVERIES_KEPT = 1000;

interface Queued {
  readonly event: StripeEvent;
  readonly endpoint: WebhookEndpoint;
  readonly dueAt: number;
  readonly attempt: number;
}

/** The ways in which a manual delivery may differ. */
export interface DeliveryOptions {
  /** Signs with this secret instead of the endpoint's. */
  readonly secret?: string;
  /** Signs with this time, in seconds. */
  readonly timestamp?: number;
  readonly times?: number;
}

/** Sends events to the endpoints, one after the other. */
export class WebhookSender {
  plan: DeliveryPlan = PLAN_DEFAULT;
  readonly deliveries: Delivery[] = [];
  private readonly state: StripeState;
  private queue: Queued[] = [];
  private sending: Promise<void> = Promise.resolve();
  private isSending = false;

  constructor(state: StripeState) {
    this.state = state;
    state.events.onEvent((event) => {
      this.enqueue(event);
    });
  }

  /** Delivers what is due. Returns at once: `idle` waits for it. */
  pump(): void {
    this.sending = this.sending.then(() => this.sendDue());
  }

  /** Resolves when nothing that is due is left. */
  async idle(): Promise<void> {
    this.pump();
    await this.sending;
  }

  /** Forgets what was not delivered, and resolves when nothing is being sent. */
  async stop(): Promise<void> {
    this.queue = [];
    await this.sending;
  }

  /** Waits for the deliveries that must precede a reply. A call by a receiver of one does not wait for itself. */
  async beforeReply(): Promise<void> {
    if (this.plan.beforeReply && !this.isSending) await this.idle();
  }

  /** Delivers these events in this order, to every endpoint that wants them. */
  async deliver(events: readonly StripeEvent[], options: DeliveryOptions = {}): Promise<Delivery[]> {
    const made: Delivery[] = [];
    for (const event of events)
      for (let i = 0; i < (options.times ?? 1); i += 1)
        for (const endpoint of endpointsFor(this.state, event)) made.push(await this.send(event, endpoint, options));
    return made;
  }

  private enqueue(event: StripeEvent): void {
    const { mode, copies, dropNext, delaySeconds } = this.plan;
    const endpoints = endpointsFor(this.state, event);
    event.pending_webhooks = endpoints.length;
    if (mode === 'manual') return;
    if (dropNext > 0) {
      this.plan = { ...this.plan, dropNext: dropNext - 1 };
      return;
    }
    const dueAt = this.state.time.now() + delaySeconds;
    for (let i = 0; i < copies; i += 1)
      for (const endpoint of endpoints) this.queue.push({ event, endpoint, dueAt, attempt: 0 });
  }

  private async sendDue(): Promise<void> {
    this.isSending = true;
    for (let next = this.takeDue(); next; next = this.takeDue()) {
      const { status } = await this.send(next.event, next.endpoint);
      const retryAfter = RETRY_AFTER_SECONDS[next.attempt];
      if (isAccepted(status) || retryAfter === undefined) continue;
      this.queue.push({ ...next, dueAt: this.state.time.now() + retryAfter, attempt: next.attempt + 1 });
    }
    this.isSending = false;
  }

  private takeDue(): Queued | undefined {
    const now = this.state.time.now();
    const isDue = ({ dueAt }: Queued): boolean => dueAt <= now;
    const index = this.plan.newestFirst ? this.queue.findLastIndex(isDue) : this.queue.findIndex(isDue);
    return index === -1 ? undefined : this.queue.splice(index, 1)[0];
  }

  private async send(event: StripeEvent, endpoint: WebhookEndpoint, options: DeliveryOptions = {}): Promise<Delivery> {
    const status = await postEvent(event, {
      url: endpoint.url,
      secret: options.secret ?? secretOf(this.state, endpoint.id),
      // The receiver's clock does not know by how much the controls advanced this one.
      timestamp: options.timestamp ?? this.state.time.unadvanced(),
    });
    if (isAccepted(status))
      this.state.events.changed(event, { pending_webhooks: Math.max(0, event.pending_webhooks - 1) });
    const delivery = { event: event.id, type: event.type, endpoint: endpoint.id, status, at: this.state.time.now() };
    this.deliveries.push(delivery);
    if (this.deliveries.length > DELIVERIES_KEPT) this.deliveries.shift();
    return delivery;
  }
}

const isAccepted = (status: number): boolean => status >= 200 && status < 300;
