/** Tools that the client runs. */
export const ANTHROPIC_CLIENT_TOOLS: readonly RegExp[] = [
  /^custom$/,
  /^bash_\d+$/,
  /^text_editor_\d+$/,
  /^computer_\d+$/,
  /^memory_\d+$/,
];

/** Names of the standard service tier. */
export const ANTHROPIC_STANDARD_TIERS = ['auto', 'standard_only'] as const;
