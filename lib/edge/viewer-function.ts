import { Function as ViewerFunction, FunctionCode, FunctionRuntime } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { CLIENT_ADDRESS_HEADER } from '../../lambdas/contracts/deployment/edge';

/** CloudFront adds this header if an origin request policy names it: `TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake`. */
export const VIEWER_TLS_HEADER = 'CloudFront-Viewer-TLS';

/**
 * The code that CloudFront runs for each request, in its own JavaScript runtime. It fails closed: a request without the
 * header is refused too. An accepted request carries the viewer's real address, whatever address the viewer claims.
 */
export const VIEWER_FUNCTION = `
function handler(event) {
  var tls = event.request.headers['${VIEWER_TLS_HEADER.toLowerCase()}'];
  if (tls && tls.value.indexOf('TLSv1.3:') === 0) {
    event.request.headers['${CLIENT_ADDRESS_HEADER}'] = { value: event.viewer.ip };
    return event.request;
  }
  return {
    statusCode: 403,
    statusDescription: 'Forbidden',
    headers: { 'content-type': { value: 'application/json' } },
    body: '{"error":{"message":"TLS 1.3 is required.","type":"invalid_request_error","code":"tls_version","param":null}}',
  };
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
