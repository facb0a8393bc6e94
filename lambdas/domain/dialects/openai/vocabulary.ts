/** Tools that the client runs. */
export const OPENAI_CLIENT_TOOLS: readonly RegExp[] = [/^function$/, /^custom$/];

/** Names of the standard service tier. */
export const OPENAI_STANDARD_TIERS = ['auto', 'default'] as const;
