/** The usual rule of thumb, which is accurate enough for a demonstration. */
const CHARACTERS_PER_TOKEN = 4;

export const tokensOf = (text: string): number => Math.max(1, Math.ceil(text.length / CHARACTERS_PER_TOKEN));

export const firstTokens = (text: string, tokens: number): string => text.slice(0, tokens * CHARACTERS_PER_TOKEN);
