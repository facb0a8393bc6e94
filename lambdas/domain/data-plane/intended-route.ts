import type { KeyScope } from '../../contracts/http/key-rules';
import type { Dialect } from '../dialects/dialect';
import { NotFound } from '../errors/app-error';
import type { DataPlaneRoute, ProbeRoute } from './route';
import { PLACEHOLDER, ROUTES } from './routes';

type KeyedRoute = Exclude<DataPlaneRoute, ProbeRoute>;

interface Candidate {
  readonly route: KeyedRoute;
  /** The segments of its path after the version. */
  readonly segments: readonly string[];
}

/** The longest first, so that `/models/messages` means a model and not the endpoint. */
const CANDIDATES: readonly Candidate[] = ROUTES.filter((route) => route.kind !== 'probe')
  .map((route) => ({ route, segments: segmentsOf(route.path).slice(1) }))
  .sort((one, other) => other.segments.length - one.segments.length);

/**
 * Finds the route that a client with a wrong base URL means, by the end of its path: with the version missing or given
 * twice, with other segments before it, or with extra slashes. A request with such a path is never served, because it
 * would bypass the rules that a proxy or a firewall has for the right path.
 */
export function intendedRoute(path: string): KeyedRoute | undefined {
  const sent = segmentsOf(decoded(path).toLowerCase());
  return CANDIDATES.find(({ segments }) => endsWith(sent, segments))?.route;
}

/** The scope that a key needs to learn that a path does not exist: that of the route it means, or of the read above it. */
export function scopeForUnknownPath(path: string): KeyScope {
  const isAbove = ({ route }: Candidate): boolean => route.kind === 'read' && path.startsWith(`${route.path}/`);
  return intendedRoute(path)?.scope ?? CANDIDATES.find(isAbove)?.route.scope ?? 'requests';
}

/** Names the path that the client means, or else everything that generates an answer. */
export function nothingAt(path: string, { baseUrlAdvice }: Dialect): NotFound {
  const intended = intendedRoute(path);
  if (intended === undefined) {
    const served = ROUTES.flatMap((route) => (route.kind === 'metered' ? [route.path] : []));
    return new NotFound(`There is nothing at this path; this API serves ${served.join(', ')}.`, 'not_found');
  }
  const deployment = isDeployment(path) ? ' Also send the name of the deployment as the model.' : '';
  return new NotFound(
    `There is nothing at this path. Use ${intended.path}: ${baseUrlAdvice}.${deployment}`,
    'not_found',
  );
}

/** Azure's older paths name the model, and its newer ones do not. */
const isDeployment = (path: string): boolean => /\/deployments\//i.test(path);

/** Leaves out a scheme and host, which are a part of the path if a client takes the gateway for a proxy. */
function segmentsOf(path: string): readonly string[] {
  return path
    .replace(/^https?:\/\/[^/]*/, '')
    .split('/')
    .filter((segment) => segment !== '');
}

function endsWith(sent: readonly string[], segments: readonly string[]): boolean {
  const end = sent.slice(-segments.length);
  return (
    end.length === segments.length &&
    segments.every((segment, index) => segment === PLACEHOLDER || segment === end[index])
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
