/** What a function URL hands to its function, as far as the product reads it. */
export function functionUrlEvent(path: string, headers: Readonly<Record<string, string>>, body?: object): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', ...headers },
    requestContext: {
      http: { method: body === undefined ? 'GET' : 'POST', path, protocol: 'HTTP/1.1' },
      stage: '$default',
    },
    isBase64Encoded: false,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}
