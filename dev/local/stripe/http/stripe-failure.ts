/** The fields of Stripe's error object that the fake sets. */
export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly charge?: string;
  readonly payment_intent?: object;
  readonly payment_method?: object;
  readonly setup_intent?: object;
}

/** An error in Stripe's shape. */
export class StripeFailure extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  /** False if the request was refused before it ran, so that its idempotency key stays unused. */
  readonly ran: boolean;

  constructor(status: number, body: ErrorBody, ran: boolean) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.ran = ran;
  }
}

/** A parameter that is missing, unknown or malformed. */
export const invalidParameter = (param: string, message: string, code?: string): StripeFailure =>
  new StripeFailure(400, { type: 'invalid_request_error', message, param, code }, false);

/** A well-formed request that the state of its object does not allow. */
export const notAllowed = (message: string, code?: string, param?: string): StripeFailure =>
  new StripeFailure(400, { type: 'invalid_request_error', message, code, param }, true);

export const missingParameter = (param: string): StripeFailure =>
  invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing');

export const unknownParameter = (param: string): StripeFailure =>
  invalidParameter(param, `Received unknown parameter: ${param}`, 'parameter_unknown');

export const noSuch = (kind: string, id: string, param = 'id'): StripeFailure =>
  new StripeFailure(
    404,
    { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${kind}: '${id}'`, param },
    true,
  );

export const unknownPath = (method: string, path: string): StripeFailure =>
  new StripeFailure(
    404,
    { type: 'invalid_request_error', message: `Unrecognized request URL (${method}: ${path}).` },
    false,
  );

export const unauthorized = (message: string): StripeFailure =>
  new StripeFailure(401, { type: 'invalid_request_error', message }, false);
