import { mailPreferencesSchema } from '../../../../contracts/http/notifications';
import { defineRoute } from '../define-route';

/** Which optional mails the signed-in person gets. */
export const NOTIFICATION_ROUTES = [
  defineRoute({
    id: 'getMyNotifications',
    method: 'get',
    path: '/v1/me/notifications',
    permission: 'notification.read',
    summary: 'Which optional mails you get; all others are always sent',
    answer: mailPreferencesSchema,
    handle: ({ preferences }, { personId }) => preferences.of(personId),
  }),
  defineRoute({
    id: 'setMyNotifications',
    method: 'put',
    path: '/v1/me/notifications',
    permission: 'notification.change',
    summary: 'Choose which optional mails you get',
    body: mailPreferencesSchema,
    answer: mailPreferencesSchema,
    handle: ({ preferences }, { personId, body }) => preferences.replace(personId, body),
  }),
];
