import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** Answers `{"status":"ok","stage":"prod"}`. It asks no store: it says that the control plane answers, no more. */
export function health({ stage }: { readonly stage: string }): () => Promise<APIGatewayProxyStructuredResultV2> {
  const response: APIGatewayProxyStructuredResultV2 = {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ status: 'ok', stage }),
  };
  return () => Promise.resolve(response);
}
