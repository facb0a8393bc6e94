import { InvalidRequest } from '../../../errors/app-error';
import { elementsOf, type Span } from '../../json/array-elements';
import { refuseServerTools } from '../../json/client-tools';
import { OPEN_ARRAY, OPEN_OBJECT } from '../../json/json-bytes';
import { type JsonBody, scanBody } from '../../json/json-request';
import { NOT_SUPPORTED, UNPRICED } from '../../json/request-members';
import { type Edit, removeParts } from '../../json/splice';
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

/**
 * Refuses the tools that the provider runs, because they have no price or no bound. One is left out instead, so that
 * Codex works as it comes: a search of the web in the provider's index alone, which Codex offers with every request.
 * @returns the edits that leave it out
 * @throws InvalidRequest
 */
export function readTools(json: JsonBody): readonly Edit[] {
  refuseServerTools(json, [...CLIENT_TOOLS, SETTLED_BY_SETTINGS]);
  const edits = listsToCheck(json).flatMap((list) => readList(json.bytes, list));
  if (edits.length > 0) refuseChoice(json);
  return edits;
}

/** The offset of a list of tools. */
type ToolList = number;

/** Most requests have no tool whose settings matter, so most lists are not read. */
function listsToCheck({ bytes, scan }: JsonBody): readonly ToolList[] {
  const isNested = hasSettings(scan.nestedToolTypes);
  if (!isNested && !hasSettings(scan.toolTypes)) return [];
  const tools = scan.members.get('tools');
  const input = scan.members.get('input');
  const items = isNested && input && bytes[input.valueStart] === OPEN_ARRAY ? elementsOf(bytes, input.valueStart) : [];
  return [...(tools ? [tools.valueStart] : []), ...items.flatMap((item) => listIn(bytes, item) ?? [])];
}

const hasSettings = (types: ReadonlySet<string>): boolean => [...types].some((type) => SETTLED_BY_SETTINGS.test(type));

/** Checks the tools of a list, and those of the lists inside of it. */
function readList(bytes: Buffer, list: ToolList): readonly Edit[] {
  if (bytes[list] !== OPEN_ARRAY) return [];
  const parts = elementsOf(bytes, list).map((span) => ({ ...span, isRemoved: isLeftOut(toolAt(bytes, span)) }));
  const inner = parts.filter(({ isRemoved }) => !isRemoved).flatMap((span) => listIn(bytes, span) ?? []);
  return [...removeParts(parts), ...inner.flatMap((each) => readList(bytes, each))];
}

function toolAt(bytes: Buffer, { start, end }: Span): ProviderReport {
  const tool: unknown = JSON.parse(bytes.toString('utf8', start, end));
  return isReport(tool) ? tool : {};
}

/** The list of tools in an object. No name may be given twice in the object, nor in its environment. */
function listIn(bytes: Buffer, { start, end }: Span): ToolList | undefined {
  const object = bytes.subarray(start, end);
  if (!/^\s*\{/.test(object.toString('latin1', 0, 64))) return undefined;
  const list = scanBody(object, { interpreted: ['environment'] }).members.get('tools');
  return list && start + list.valueStart;
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
    `${type} with access to the web ${UNPRICED}. Leave the tool out; in Codex, set web_search = "cached" or "disabled"`,
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
