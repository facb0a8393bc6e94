import type { OpenAPIHono } from '@hono/zod-openapi';

/** The context of a request. */
export interface ApiEnv {
  Bindings: { readonly requestContext: { readonly requestId: string } };
  Variables: { personId: string; signedInAt: number };
}

export type Api = OpenAPIHono<ApiEnv>;
