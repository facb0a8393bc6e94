import { SECOND_MS } from '../domain/clock';

/**
 * How long a function that starts waits for its secrets and its catalog. Lambda gives a start ten seconds; it repeats a
 * longer one as part of the first request.
 */
export const START_WAIT_MS_MAX = 8 * SECOND_MS;
