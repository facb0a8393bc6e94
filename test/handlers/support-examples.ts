import { threadKey } from '../../lambdas/contracts/storage/table-keys/support';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

const NEW = { subject: 'A bill', text: 'Why was I charged twice?' };
const OWN = '/v1/me/support-threads';

/** A thread of a person. @returns its ID */
export async function aThread({ parts }: ApiStage, personId: string): Promise<string> {
  return (await parts.support.open(personId, NEW, { kind: 'self', personId })).threadId;
}

/** Any person may be the caller, so each has a thread with this ID. */
async function aThreadOfEach(stage: ApiStage, isClosed = false): Promise<string> {
  const personId = stage.person('owner');
  const threadId = await aThread(stage, personId);
  if (isClosed) await stage.parts.support.close({ personId, threadId, actor: { kind: 'self', personId } });
  const item = await stage.store.get({ table: ACCOUNTS, key: threadKey(personId, threadId) });
  for (const each of stage.people.values())
    await stage.store.write({ table: ACCOUNTS, put: { ...item, ...threadKey(each, threadId) } });
  return threadId;
}

const ofOwn =
  (more = '', extra: Partial<Awaited<ReturnType<Example>>> = {}): Example =>
  async (stage) => ({ path: `${OWN}/${await aThreadOfEach(stage)}${more}`, ...extra });

const ofAnybody =
  (more = '', extra: Partial<Awaited<ReturnType<Example>>> = {}): Example =>
  async (stage) => {
    const personId = stage.person('developer');
    return { path: `/v1/people/${personId}/support-threads/${await aThread(stage, personId)}${more}`, ...extra };
  };

export const SUPPORT_EXAMPLES: { readonly [id: string]: Example } = {
  openSupportThread: at(OWN, { body: NEW }),
  listMySupportThreads: at(OWN),
  getMySupportThread: ofOwn(),
  listMySupportMessages: ofOwn('/messages'),
  writeSupportMessage: ofOwn('/messages', { body: { text: 'And again.' } }),
  closeMySupportThread: ofOwn('/close'),
  reopenMySupportThread: ofOwn('/reopen'),
  rateSupportThread: async (stage) => ({
    path: `${OWN}/${await aThreadOfEach(stage, true)}/survey`,
    body: { score: 4, comment: 'Quick.' },
  }),
  listSupportThreads: at('/v1/support-threads', { query: 'state=closed' }),
  getSupportThread: ofAnybody(),
  listSupportMessages: ofAnybody('/messages'),
  answerSupportThread: ofAnybody('/messages', { body: { text: 'You were not.' } }),
  closeSupportThread: ofAnybody('/close'),
  reopenSupportThread: ofAnybody('/reopen'),
};
