/** The console learns who signed in and shows their email address. No scope lets it change user attributes. */
export const SIGN_IN_SCOPES = ['openid', 'email'] as const;

/** The console paths that the user pool redirects to. */
export const SIGNED_IN_PATH = '/signed-in';
export const SIGNED_OUT_PATH = '/';

/** The lifetime of an access token. A revoked token is still accepted until it expires. */
export const ACCESS_TOKEN_MINUTES = 15;
