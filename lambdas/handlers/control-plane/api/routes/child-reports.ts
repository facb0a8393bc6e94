import { childErasureSchema, childErasuresSchema, childReportSchema } from '../../../../contracts/http/child-reports';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { ofPerson } from './path-parameters';

/** Reports that users are children, for operators. ../report-child.ts takes them. */
export const CHILD_REPORT_ROUTES = [
  definePage({
    id: 'listChildReports',
    path: '/v1/child-reports',
    permission: 'child.read',
    summary: 'The reports that no operator has decided about',
    item: childReportSchema,
    read: ({ childReports }, _call, page) => childReports.page(page),
  }),
  defineRoute({
    id: 'eraseChild',
    method: 'post',
    path: '/v1/child-reports/{personId}/erasure',
    permission: 'child.erase',
    summary: 'Freeze a reported child and the accounts that they own, and have all of it erased',
    params: ofPerson,
    body: childErasureSchema,
    answer: childErasuresSchema,
    handle: async ({ childReports }, { params, body, actor }) => ({
      erasures: [...(await childReports.erase({ ...params, ...body, actor }))],
    }),
  }),
  defineRoute({
    id: 'dismissChildReport',
    method: 'delete',
    path: '/v1/child-reports/{personId}',
    permission: 'child.dismiss',
    summary: 'End a report about a person who is not a child',
    params: ofPerson,
    handle: ({ childReports }, { params, actor }) => childReports.dismiss({ ...params, actor }),
  }),
];
