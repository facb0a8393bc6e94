/** Builds the event that a function URL passes to its function, as far as the product reads it. */
export function functionUrlEvent(
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: object,
  authorizer?: object,
): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', ...headers },
    requestContext: {
      http: { method: body === undefined ? 'GET' : 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' },
      stage: '$default',
      ...(authorizer && { authorizer }),
    },
    isBase64Encoded: false,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}
