import { Function as ViewerFunction, FunctionCode, FunctionRuntime } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import {
  BINARY_BODY_BYTES_MAX,
  CLIENT_ADDRESS_HEADER,
  TEXT_BODY_BYTES_MAX,
  TLS_UNKNOWN,
  TLS_VERSION,
  WEBSOCKET_HEADER,
  WEBSOCKET_REFUSAL,
} from '../../lambdas/contracts/deployment/edge';
import { CONSOLE_INDEX, CONSOLE_PAGES } from '../console/console-paths';

/** CloudFront adds this header if an origin request policy names it: `TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake`. */
export const VIEWER_TLS_HEADER = 'CloudFront-Viewer-TLS';

/**
 * The code that CloudFront runs for each request, in its own JavaScript runtime.
 *
 * It fails closed on purpose: if CloudFront does not report the TLS version, every request is refused. An open guard
 * would accept old versions without a sign. Its refusal has a code of its own, which `npm run smoke` reports after the
 * first deployment. A body that cannot fit into Lambda's event is refused here, in the client's dialect, because Lambda
 * would refuse it before any code of ours runs. The handshake of a WebSocket is refused here as well, because a function's
 * URL cannot take one, and what it would answer is not for us to say. An accepted request carries the viewer's real address, whatever address
 * the viewer claims. CloudFront has chosen the origin before this code runs, so a changed path stays with the console.
 */
export const VIEWER_FUNCTION = `
function answer(status, description, body) {
  return {
    statusCode: status,
    statusDescription: description,
    headers: { 'content-type': { value: 'application/json' } },
    body: JSON.stringify(body),
  };
}
function refuse(code, message) {
  var error = { message: message, type: 'invalid_request_error', code: code, param: null };
  return answer(403, 'Forbidden', { error: error });
}
function bodyBytesMax(headers) {
  var type = headers['content-type'];
  var isText = type && /^(application\\/json|text\\/)/i.test(type.value) && !headers['content-encoding'];
  return isText ? ${TEXT_BODY_BYTES_MAX} : ${BINARY_BODY_BYTES_MAX};
}
function inDialect(request, code, anthropicType, message) {
  var isAnthropic = request.uri.indexOf('/v1/messages') === 0 || request.headers['anthropic-version'];
  return isAnthropic
    ? { type: 'error', error: { type: anthropicType, message: message } }
    : { error: { message: message, type: 'invalid_request_error', code: code, param: null } };
}
function refuseTooLarge(request, bytesMax) {
  var message = 'The request body is larger than ' + bytesMax + ' bytes.';
  return answer(413, 'Content Too Large', inDialect(request, 'request_too_large', 'request_too_large', message));
}
function refuseWebSocket(request) {
  var message = '${WEBSOCKET_REFUSAL.message}';
  var body = inDialect(request, '${WEBSOCKET_REFUSAL.code}', 'invalid_request_error', message);
  return answer(${WEBSOCKET_REFUSAL.status}, 'Upgrade Required', body);
}
function handler(event) {
  var request = event.request;
  var tls = request.headers['${VIEWER_TLS_HEADER.toLowerCase()}'];
  if (!tls) return refuse('${TLS_UNKNOWN}', 'The TLS version of this request is unknown.');
  if (tls.value.indexOf('TLSv1.3:') !== 0) return refuse('${TLS_VERSION}', 'TLS 1.3 is required.');
  if (request.headers['${WEBSOCKET_HEADER}']) return refuseWebSocket(request);
  var length = request.headers['content-length'];
  var bytesMax = bodyBytesMax(request.headers);
  if (length && Number(length.value) > bytesMax && request.uri.indexOf('/api/') !== 0)
    return refuseTooLarge(request, bytesMax);
  if (${JSON.stringify(CONSOLE_PAGES)}.indexOf(request.uri) !== -1) request.uri = '${CONSOLE_INDEX}';
  request.headers['${CLIENT_ADDRESS_HEADER}'] = { value: event.viewer.ip };
  return request;
}
`;

/**
 * Refuses TLS versions older than 1.3 where CloudFront does not: on its own domain it ignores the configured minimum. By
 * the time of the refusal the request has already been sent, so a custom domain is safer.
 */
export class RefuseOlderTls extends ViewerFunction {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      comment: 'Refuses viewers older than TLS 1.3, and tells the planes who the others are',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(VIEWER_FUNCTION),
    });
  }
}
