import { join } from 'node:path';

/** The folder is emptied before each run, and git ignores it. */
export const SCREENSHOTS = join(process.cwd(), '.cache/screenshots');
