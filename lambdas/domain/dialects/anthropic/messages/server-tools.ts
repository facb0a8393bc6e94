import { InvalidRequest } from '../../../errors/app-error';
import type { JsonBody } from '../../json/json-request';

/**
 * The tools that the provider runs before it goes on with the answer, by how much they add to the prompt: a search of
 * the tools adds tools of the request, fetching a page adds anything. Both are free except for their tokens.
 */
export type ServerTools = 'none' | 'search' | 'fetch';

const SEARCH = /^tool_search_tool_(?:regex|bm25)(?:_\d+)?$/;
const FETCH = 'web_fetch_20250910';
const LATER_FETCH = /^web_fetch_\d+$/;

/** The types of the tools that the provider runs and that cost nothing but tokens. */
export const FREE_SERVER_TOOLS: readonly RegExp[] = [SEARCH, /^web_fetch_20250910$/];

/**
 * The provider pauses an answer after this many rounds of tools and output, each of which reads the whole prompt again
 * (https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons, `pause_turn`).
 */
const ROUNDS_MAX = 10;

/** @throws InvalidRequest for a version that runs code on the pages that it fetches */
export function readServerTools({ scan }: JsonBody): ServerTools {
  const types = [...scan.toolTypes];
  const later = types.find((type) => LATER_FETCH.test(type) && type !== FETCH);
  if (later !== undefined) {
    throw new InvalidRequest(
      `The tool type "${later.slice(0, 64)}" is not supported: it runs code, for which the provider keeps content. Use "${FETCH}".`,
      'tools',
      'unsupported_parameter',
    );
  }
  if (types.includes(FETCH)) return 'fetch';
  return types.some((type) => SEARCH.test(type)) ? 'search' : 'none';
}

interface Rounds {
  readonly serverTools: ServerTools;
  /** The most tokens of the prompt as it was sent. */
  readonly promptTokensMax: number;
  /** The most tokens of all tools of the request. */
  readonly toolsTokensMax: number;
  /** The most output of one round. */
  readonly outputTokensMax: number;
  readonly contextTokens: number;
}

/**
 * The most tokens that all rounds of an answer read and write. A round reads the prompt, the output of the rounds before
 * it, and what their tools added, but never more than the context. A fetched page is bounded by the context alone:
 * `max_content_tokens` is approximate and does not apply to a PDF, and a fetch above `max_uses` still takes a round.
 */
export function boundRounds(rounds: Rounds): { readonly inputTokensMax: number; readonly outputTokensMax: number } {
  const { serverTools, promptTokensMax, toolsTokensMax, outputTokensMax, contextTokens } = rounds;
  if (serverTools === 'none') return { inputTokensMax: promptTokensMax, outputTokensMax };
  const inputs = Array.from({ length: ROUNDS_MAX }, (_, round) => {
    const added = serverTools === 'fetch' ? contextTokens : round * (toolsTokensMax + outputTokensMax);
    return Math.min(promptTokensMax + added, contextTokens);
  });
  return {
    inputTokensMax: inputs.reduce((sum, tokens) => sum + tokens, 0),
    outputTokensMax: ROUNDS_MAX * outputTokensMax,
  };
}
