import { apiDocument } from '../../../lambdas/handlers/control-plane/api/api-document';

/** Renders the management API as OpenAPI 3.1. The client in web/src/api is generated from it. */
export const openApiPage = (): string => `${JSON.stringify(apiDocument(), null, 2)}\n`;
