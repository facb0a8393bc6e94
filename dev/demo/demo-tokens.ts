/** The usual rule of thumb, four characters to a token; enough for a demonstration. */
export const tokensOf = (text: string): number => Math.max(1, Math.ceil(text.length / 4));
