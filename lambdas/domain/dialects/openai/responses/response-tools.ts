import { InvalidRequest } from '../../../errors/app-error';
import { elementsOf, type Span } from '../../json/array-elements';
import { refuseServerTools } from '../../json/client-tools';
import { OPEN_ARRAY, OPEN_OBJECT } from '../../json/json-bytes';
import { type JsonBody, parseMember, scanBody } from '../../json/json-request';
import { NOT_SUPPORTED, UNPRICED } from '../../json/request-members';
import { type Edit, type Part, removeParts } from '../../json/splice';
import { isReport, type ProviderReport } from '../../read-counts';
import { OPENAI_CLIENT_TOOLS } from '../vocabulary';

/** Tools that the client runs, whatever their settings. A namespace groups tools, whose types are checked as well. */
const CLIENT_TOOLS: readonly RegExp[] = [
  ...OPENAI_CLIENT_TOOLS,
  /^(?:local_shell|apply_patch|computer|computer_use_preview|namespace)$/,
];

const WEB_SEARCH = /^web_search(?:_2025_08_26)?$/;
/** Tools whose settings say who runs them. */
const SETTLED_BY_SETTINGS = /^(?:tool_search|shell|web_search(?:_2025_08_26)?)$/;

const SETTINGS = ['type', 'execution', 'environment', 'external_web_access'] as const;

/** The depth of a namespace that an item of the input has. */
const LIST_DEPTH_MAX = 3;

/**
 * Refuses the tools that the provider runs, because they have no price or no bound. One is left out instead, so that
 * Codex works as it comes: a search of the web in the provider's index alone, which Codex offers with every request.
 * @returns the edits that leave it out
 * @throws InvalidRequest
 */
export function readTools(json: JsonBody): readonly Edit[] {
  refuseServerTools(json, [...CLIENT_TOOLS, SETTLED_BY_SETTINGS]);
  const { toolTypes, nestedToolTypes } = json.scan;
  const settled = [...nestedToolTypes].filter(([type]) => isSettled({ type }));
  // Most requests have no tool whose settings matter, so most lists are not read.
  if (settled.length === 0 && ![...toolTypes].some((type) => isSettled({ type }))) return [];
  const lists = listsOf(json, { isNested: settled.length > 0 });
  const checked = lists.filter(({ depth }) => depth > 1).flatMap(({ tools }) => tools.filter(isSettled));
  const count = settled.reduce((sum, [, times]) => sum + times, 0);
  if (checked.length !== count)
    throw new InvalidRequest('A list of tools is at a place where none is expected.', 'tools');
  const edits = lists.flatMap(({ tools }) => removeParts(tools));
  if (edits.length > 0) refuseChoice(json);
  return edits;
}

const isSettled = ({ type }: { readonly type?: unknown }): boolean =>
  typeof type === 'string' && SETTLED_BY_SETTINGS.test(type);

interface ToolList {
  /** 1 for `tools` itself. */
  readonly depth: number;
  readonly tools: readonly (Part & { readonly type: unknown })[];
}

/** Reads the request's tools, and the lists of tools that its input has. */
function listsOf({ bytes, scan }: JsonBody, { isNested }: { readonly isNested: boolean }): readonly ToolList[] {
  const tools = scan.members.get('tools');
  const input = scan.members.get('input');
  const items = isNested && input && bytes[input.valueStart] === OPEN_ARRAY ? elementsOf(bytes, input.valueStart) : [];
  return [
    ...(tools ? listsFrom(bytes, tools.valueStart, 1) : []),
    ...items.flatMap((item) => listsInside(bytes, item, 2)),
  ];
}

/** A list of tools, and those inside of the tools that are not left out. */
function listsFrom(bytes: Buffer, list: number, depth: number): readonly ToolList[] {
  if (bytes[list] !== OPEN_ARRAY || depth > LIST_DEPTH_MAX) return [];
  const tools = elementsOf(bytes, list).map((span) => {
    const tool = toolAt(bytes, span);
    return { ...span, type: tool['type'], isRemoved: isLeftOut(tool) };
  });
  const kept = tools.filter(({ isRemoved }) => !isRemoved);
  return [{ depth, tools }, ...kept.flatMap((span) => listsInside(bytes, span, depth + 1))];
}

function listsInside(bytes: Buffer, span: Span, depth: number): readonly ToolList[] {
  const list = objectAt(bytes, span)?.scan.members.get('tools');
  return list ? listsFrom(bytes, span.start + list.valueStart, depth) : [];
}

/** The members of a tool that say who runs it. The others can be long, so they are not parsed. */
function toolAt(bytes: Buffer, span: Span): ProviderReport {
  const json = objectAt(bytes, span);
  const members = SETTINGS.flatMap((name) => {
    const member = json?.scan.members.get(name);
    return json && member ? [[name, parseMember(json, name, member)] as const] : [];
  });
  return Object.fromEntries(members);
}

/** An object in a body. No name may be given twice in it, nor in its environment. */
function objectAt(bytes: Buffer, { start, end }: Span): JsonBody | undefined {
  const object = bytes.subarray(start, end);
  if (!/^\s*\{/.test(object.toString('latin1', 0, 64))) return undefined;
  return { bytes: object, scan: scanBody(object, { interpreted: ['environment'] }) };
}

/** @throws InvalidRequest for a tool that the provider runs */
function isLeftOut(tool: ProviderReport): boolean {
  const { type, execution, environment, external_web_access: isLive } = tool;
  if (type === 'tool_search' && execution !== 'client')
    throw unsupported(`tool_search without "execution": "client" ${NOT_SUPPORTED}: it has no bound here`);
  if (type === 'shell' && !(isReport(environment) && environment['type'] === 'local'))
    throw unsupported(`shell without a local environment ${UNPRICED}`);
  if (typeof type !== 'string' || !WEB_SEARCH.test(type)) return false;
  if (isLive === false) return true;
  throw unsupported(
    `${type} with access to the web ${UNPRICED}. Leave the tool out; in Codex, set web_search to cached or disabled`,
  );
}

/** A choice of a tool that is left out would fail at the provider, with an error that explains nothing. */
function refuseChoice({ bytes, scan }: JsonBody): void {
  const choice = scan.members.get('tool_choice');
  if (choice === undefined || bytes[choice.valueStart] !== OPEN_OBJECT) return;
  if (!/web_search|\\/.test(bytes.toString('latin1', choice.valueStart, choice.valueEnd))) return;
  throw new InvalidRequest(`tool_choice of web_search ${UNPRICED}.`, 'tool_choice', 'unsupported_parameter');
}

const unsupported = (message: string): InvalidRequest =>
  new InvalidRequest(`${message}.`, 'tools', 'unsupported_parameter');
