import type { RouteConfig } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import { z } from 'zod';
import { certificateSchema } from '../../../contracts/http/erasures';
import { problemSchema } from '../../../contracts/http/problem';
import { erasureIdSchema } from '../../../contracts/storage/ids';
import { certificatePath } from '../../../domain/notifications/delivery/mail-links';
import { CertificateNotFound } from '../../../domain/privacy/erasure/erasure-errors';
import { findCertificate } from '../../../domain/privacy/erasure/find-certificate';
import type { ApiDependencies } from './api-dependencies';
import type { ApiEnv } from './api-env';

export const CERTIFICATE_PATH = certificatePath(':erasureId');

/**
 * Sends the certificate of an erasure. It needs no token, because its reader may have no user any more: the ID has 80
 * random bits, only those who were told know it, and the certificate names nobody.
 */
export function erasureCertificate({ store }: Pick<ApiDependencies, 'store'>): Handler<ApiEnv> {
  return async (context) => {
    const erasureId = erasureIdSchema.safeParse(context.req.param('erasureId'));
    if (!erasureId.success) throw new CertificateNotFound();
    return context.json(await findCertificate(store, erasureId.data));
  };
}

/** The operation as the OpenAPI document describes it. */
export const CERTIFICATE_OPERATION: RouteConfig = {
  method: 'get',
  path: certificatePath('{erasureId}'),
  operationId: 'getErasureCertificate',
  tags: ['erasure'],
  summary: 'The signed certificate of an erasure that is over',
  description: 'Needs no access token. The certificate names neither the account nor the person.',
  security: [],
  request: { params: z.object({ erasureId: erasureIdSchema }) },
  responses: {
    200: { description: 'Done.', content: { 'application/json': { schema: certificateSchema } } },
    default: { description: 'A problem.', content: { 'application/problem+json': { schema: problemSchema } } },
  },
};
