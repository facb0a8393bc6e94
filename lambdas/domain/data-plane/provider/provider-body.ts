import { type Edit, insertMember, removeMembers, replaceValue, splice } from './splice';
import { IDENTITY_MEMBERS } from '../admission/member-names';
import type { MeteredRequest } from '../admission/metered-request';

/**
 * The body as the provider gets it: the client's bytes, except that usage is asked for, identities are left
 * out, an output limit is set where the wallet's is lower than the model's, and an alias gives way to the model's name.
 * @param changes.outputTokensCap for one choice; only where the client set no limit itself
 * @param changes.model the name that the provider knows, where it is not the one that the client sent
 */
export function providerBody(
  request: MeteredRequest,
  {
    outputTokensCap,
    model,
  }: { readonly outputTokensCap?: number | undefined; readonly model?: string | undefined } = {},
): Buffer {
  const { body, scan, route } = request;
  const edits: Edit[] = removeMembers(scan, IDENTITY_MEMBERS);
  if (route.endpoint === 'chat' && request.stream && !request.wantsUsage) edits.push(askForUsage(request));
  if (outputTokensCap !== undefined) {
    const limit = scan.members.get('max_completion_tokens');
    // A null limit is a member too, and a second one of the same name would be ambiguous.
    edits.push(
      limit
        ? replaceValue(limit, String(outputTokensCap))
        : insertMember(body, 'max_completion_tokens', String(outputTokensCap)),
    );
  }
  const name = scan.members.get('model');
  if (model !== undefined && name) edits.push(replaceValue(name, JSON.stringify(model)));
  return splice(body, edits);
}

function askForUsage({ body, scan }: MeteredRequest): Edit {
  const member = scan.members.get('stream_options');
  if (member === undefined) return insertMember(body, 'stream_options', '{"include_usage":true}');
  const options = JSON.parse(body.toString('utf8', member.valueStart, member.valueEnd)) as object | null;
  return replaceValue(member, JSON.stringify({ ...options, include_usage: true }));
}
