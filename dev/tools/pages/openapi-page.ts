import { apiDocument } from '../../../lambdas/handlers/control-plane/api/api-document';

/** The management API, as OpenAPI 3.1 says it; the client in web/src/api is made of it. */
export const openApiPage = (): string => `${JSON.stringify(apiDocument(), null, 2)}\n`;
