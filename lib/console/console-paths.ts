import { SIGNED_IN_PATH, SIGNED_OUT_PATH } from '../../lambdas/contracts/deployment/sign-in';

/** The file that every page of the console is. */
export const CONSOLE_INDEX = '/index.html';

/** The paths that a person's browser opens, and that are answered with the index. */
export const CONSOLE_PAGES: readonly string[] = [SIGNED_OUT_PATH, SIGNED_IN_PATH];

/**
 * All paths of the console, as patterns of CloudFront. Every other path belongs to the APIs, so that a client with a
 * wrong address gets an API's error and never a page.
 */
export const CONSOLE_PATHS: readonly string[] = [...CONSOLE_PAGES, CONSOLE_INDEX, '/assets/*', '/favicon.ico'];
