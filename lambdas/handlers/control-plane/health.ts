import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** Responds `{"status":"ok","stage":"prod"}`. It reads no store: it shows that the control plane responds, and nothing more. */
export function health({ stage }: { readonly stage: string }): () => Promise<APIGatewayProxyStructuredResultV2> {
  const response: APIGatewayProxyStructuredResultV2 = {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ status: 'ok', stage }),
  };
  return () => Promise.resolve(response);
}
