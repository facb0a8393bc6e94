import { z } from 'zod';
import {
  listedThreadSchema,
  newSupportMessageSchema,
  newThreadSchema,
  supportMessageSchema,
  surveySchema,
  threadSchema,
} from '../../../../contracts/http/support';
import { THREAD_STATES } from '../../../../contracts/storage/support';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { ofOwnThread, ofThread } from './path-parameters';

const OWN = '/v1/me/support-threads';
const OF_PERSON = '/v1/people/{personId}/support-threads/{threadId}';

/** A person's conversations with the operators. */
const OWN_ROUTES = [
  defineRoute({
    id: 'openSupportThread',
    method: 'post',
    path: OWN,
    permission: 'support.open',
    status: 201,
    summary: 'Write to the operators; a mail tells you when there is an answer',
    body: newThreadSchema,
    answer: threadSchema,
    handle: ({ support }, { personId, body, actor }) => support.open(personId, body, actor),
  }),
  definePage({
    id: 'listMySupportThreads',
    path: OWN,
    permission: 'support.own',
    summary: 'Your threads, the oldest first',
    item: threadSchema,
    read: ({ support }, { personId }, page) => support.page(personId, page),
  }),
  defineRoute({
    id: 'getMySupportThread',
    method: 'get',
    path: `${OWN}/{threadId}`,
    permission: 'support.own',
    summary: 'One of your threads',
    params: ofOwnThread,
    answer: threadSchema,
    handle: ({ support }, { params, personId }) => support.get(personId, params.threadId),
  }),
  definePage({
    id: 'listMySupportMessages',
    path: `${OWN}/{threadId}/messages`,
    permission: 'support.own',
    summary: 'The messages of one of your threads, the oldest first',
    params: ofOwnThread,
    item: supportMessageSchema,
    read: ({ support }, { params, personId }, page) => support.messages(personId, params.threadId, page),
  }),
  defineRoute({
    id: 'writeSupportMessage',
    method: 'post',
    path: `${OWN}/{threadId}/messages`,
    permission: 'support.write',
    status: 201,
    summary: 'Write in one of your threads, which opens it again if it is closed',
    params: ofOwnThread,
    body: newSupportMessageSchema,
    answer: threadSchema,
    handle: ({ support }, { params, personId, body, actor }) => support.write({ personId, ...params, ...body, actor }),
  }),
  defineRoute({
    id: 'closeMySupportThread',
    method: 'post',
    path: `${OWN}/{threadId}/close`,
    permission: 'support.finish',
    summary: 'Close one of your threads',
    params: ofOwnThread,
    handle: ({ support }, { params, personId, actor }) => support.close({ personId, ...params, actor }),
  }),
  defineRoute({
    id: 'reopenMySupportThread',
    method: 'post',
    path: `${OWN}/{threadId}/reopen`,
    permission: 'support.finish',
    summary: 'Reopen one of your threads',
    params: ofOwnThread,
    handle: ({ support }, { params, personId, actor }) => support.reopen({ personId, ...params, actor }),
  }),
  defineRoute({
    id: 'rateSupportThread',
    method: 'put',
    path: `${OWN}/{threadId}/survey`,
    permission: 'support.rate',
    summary: 'Say how satisfied you are with a closed thread; a later answer replaces it',
    params: ofOwnThread,
    body: surveySchema,
    answer: threadSchema,
    handle: ({ support }, { params, personId, body, actor }) => support.rate({ personId, ...params, actor }, body),
  }),
];

/** Everybody's threads, for operators. */
const OPERATOR_ROUTES = [
  definePage({
    id: 'listSupportThreads',
    path: '/v1/support-threads',
    permission: 'support.read',
    summary: 'Everybody’s threads, open ones unless asked otherwise, the oldest first',
    filter: z.strictObject({ state: z.enum(THREAD_STATES).default('open') }),
    item: listedThreadSchema,
    read: ({ support }, { filter }, page) => support.listed(filter.state, page),
  }),
  defineRoute({
    id: 'getSupportThread',
    method: 'get',
    path: OF_PERSON,
    permission: 'support.read',
    summary: 'A person’s thread',
    params: ofThread,
    answer: threadSchema,
    handle: ({ support }, { params }) => support.get(params.personId, params.threadId),
  }),
  definePage({
    id: 'listSupportMessages',
    path: `${OF_PERSON}/messages`,
    permission: 'support.read',
    summary: 'The messages of a person’s thread, the oldest first',
    params: ofThread,
    item: supportMessageSchema,
    read: ({ support }, { params }, page) => support.messages(params.personId, params.threadId, page),
  }),
  defineRoute({
    id: 'answerSupportThread',
    method: 'post',
    path: `${OF_PERSON}/messages`,
    permission: 'support.answer',
    status: 201,
    summary: 'Answer a person, whom a mail tells that there is an answer',
    params: ofThread,
    body: newSupportMessageSchema,
    answer: threadSchema,
    handle: ({ support }, { params, body, actor }) => support.answer({ ...params, ...body, actor }),
  }),
  defineRoute({
    id: 'closeSupportThread',
    method: 'post',
    path: `${OF_PERSON}/close`,
    permission: 'support.close',
    summary: 'Close a person’s thread',
    params: ofThread,
    handle: ({ support }, { params, actor }) => support.close({ ...params, actor }),
  }),
  defineRoute({
    id: 'reopenSupportThread',
    method: 'post',
    path: `${OF_PERSON}/reopen`,
    permission: 'support.close',
    summary: 'Reopen a person’s thread',
    params: ofThread,
    handle: ({ support }, { params, actor }) => support.reopen({ ...params, actor }),
  }),
];

export const SUPPORT_ROUTES = [...OWN_ROUTES, ...OPERATOR_ROUTES];
