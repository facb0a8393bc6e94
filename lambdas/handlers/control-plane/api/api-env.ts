import type { OpenAPIHono } from '@hono/zod-openapi';

/** What is known of a request beside itself. */
export interface ApiEnv {
  Bindings: { readonly requestContext: { readonly requestId: string } };
  Variables: { personId: string };
}

export type Api = OpenAPIHono<ApiEnv>;
