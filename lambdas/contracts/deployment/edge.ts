/** The edge is always here, because CloudFront accepts firewalls and certificates only from this region. */
export const EDGE_REGION = 'us-east-1';

/**
 * CloudFront adds this header to every request it forwards. Both planes check it, because their own URLs are public and
 * a client could otherwise call them directly.
 */
export const ORIGIN_SECRET_HEADER = 'x-tollgate-origin-secret';

/**
 * The client's IP address. CloudFront's viewer function overwrites any value that the client sent. Trust it only when
 * the origin secret is valid: without the secret, the request did not come through CloudFront.
 */
export const CLIENT_ADDRESS_HEADER = 'x-tollgate-client-address';

/** The error code with which the edge refuses a request over a TLS version older than 1.3. */
export const TLS_VERSION = 'tls_version';

/** The error code with which the edge refuses every request if CloudFront does not tell it the TLS version. */
export const TLS_UNKNOWN = 'tls_unknown';

/** The most that Lambda accepts as one event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const EVENT_BYTES_MAX = 6 * 1024 * 1024;
/** The rest of the event of a function URL. CloudFront itself limits a request's headers and path to 20 KB. */
const ENVELOPE_BYTES = 16 * 1024;

/**
 * The longest body of JSON or other text that can fit into the event. It is a string in there, so each quotation mark,
 * backslash and line break takes a byte more; Lambda itself refuses a body that fits only without them.
 */
export const TEXT_BODY_BYTES_MAX = EVENT_BYTES_MAX - ENVELOPE_BYTES;
/** The longest body of any other kind, which is base64 in the event. */
export const BINARY_BODY_BYTES_MAX = Math.floor(TEXT_BODY_BYTES_MAX / 4) * 3;

/**
 * Every handshake for a WebSocket has this header (RFC 6455, section 4.1). CloudFront hides `upgrade` from the code that
 * runs at the edge, so this one is looked for.
 */
export const WEBSOCKET_HEADER = 'sec-websocket-key';

/** The refusal of a WebSocket. Codex sends its request over HTTP at once if it gets 426, and retries after any other. */
export const WEBSOCKET_REFUSAL = {
  status: 426,
  code: 'websocket_not_supported',
  message: 'WebSockets are not supported. Send the request over HTTP.',
} as const;
