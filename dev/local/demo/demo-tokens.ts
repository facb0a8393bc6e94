const CHARACTERS = 4;

/** The usual rule of thumb, four characters to a token; enough for a demonstration. */
export const tokensOf = (text: string): number => Math.max(1, Math.ceil(text.length / CHARACTERS));

export const firstTokens = (text: string, tokens: number): string => text.slice(0, tokens * CHARACTERS);
