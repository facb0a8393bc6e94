/** What the console asks the user pool for: who signed in, and their mail address to show. Never the right to change it. */
export const SIGN_IN_SCOPES = ['openid', 'email'] as const;

/** Where the user pool sends people back to, on the console's address. */
export const SIGNED_IN_PATH = '/signed-in';
export const SIGNED_OUT_PATH = '/';

/** How long an access token is taken; one that was revoked is taken until then too. */
export const ACCESS_TOKEN_MINUTES = 15;
