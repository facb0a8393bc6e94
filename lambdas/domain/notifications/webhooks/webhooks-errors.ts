import { Conflict, Missing, TooMany } from '../../errors/refusal';

export class WebhookNotFound extends Missing {
  override readonly name = 'WebhookNotFound';
  constructor() {
    super('webhook');
  }
}

export class DeliveryNotFound extends Missing {
  override readonly name = 'DeliveryNotFound';
  constructor() {
    super('delivery');
  }
}

export class WebhookIsDisabled extends Conflict {
  override readonly name = 'WebhookIsDisabled';
  constructor() {
    super('webhook_disabled', 'The webhook is disabled: enable it first.');
  }
}

export class TooManyDeliveries extends TooMany {
  override readonly name = 'TooManyDeliveries';
  constructor(retryAfterSeconds: number) {
    super('deliveries', retryAfterSeconds);
  }
}
