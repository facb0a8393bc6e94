import type { StripeState } from '../state/stripe-state';
import type { Params } from './params';

/** One request of the API, after its path was matched. */
export interface Call {
  readonly state: StripeState;
  readonly params: Params;
  /** The object ID in the path; empty in a path without one. */
  readonly id: string;
}

/** Handlers are synchronous, so that each request is one atomic change of the state. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly pattern: RegExp;
  readonly handle: (call: Call) => object;
}

type Handle = Route['handle'];

function route(method: Route['method'], path: string, handle: Handle): Route {
  return { method, path, pattern: new RegExp(`^${path.replace('{id}', '([^/]+)')}$`), handle };
}

export const get = (path: string, handle: Handle): Route => route('GET', path, handle);
export const post = (path: string, handle: Handle): Route => route('POST', path, handle);
export const del = (path: string, handle: Handle): Route => route('DELETE', path, handle);

/** @returns the first route that matches, with the ID in the path */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly id: string } | undefined {
  for (const candidate of routes) {
    if (candidate.method !== method) continue;
    const match = candidate.pattern.exec(path);
    if (match) return { route: candidate, id: decodeURIComponent(match[1] ?? '') };
  }
  return undefined;
}
