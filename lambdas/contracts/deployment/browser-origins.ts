import { z } from 'zod';

/** Keeps the list within the environment of a function, and short enough to review. */
const BROWSER_ORIGINS_MAX = 20;

const MESSAGE = 'must be an origin such as https://app.example.com, in lower case and without a path or final slash';

/**
 * An origin as browsers send it: scheme, host and, unless it is the scheme's own, port. Other schemes are those of desktop
 * applications and extensions. Neither `*` nor `null` is one, because any page can be `null`.
 */
const originSchema = z
  .string()
  .regex(/^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/, MESSAGE)
  .refine((origin) => !/^https?:/.test(origin) || (URL.canParse(origin) && new URL(origin).origin === origin), MESSAGE);

/** The origins whose scripts may call the data plane from a browser. */
export const browserOriginsSchema = z
  .array(originSchema)
  .max(BROWSER_ORIGINS_MAX, `must be at most ${BROWSER_ORIGINS_MAX} origins`);

/** The value of an environment variable that names no origin, because a variable cannot be empty. */
const NONE = 'none';

export const writeBrowserOrigins = (origins: readonly string[]): string =>
  origins.length === 0 ? NONE : origins.join(',');

export const readBrowserOrigins = (value: string): readonly string[] => (value === NONE ? [] : value.split(','));
