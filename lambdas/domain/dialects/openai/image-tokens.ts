/** The most tokens that one image can count for: gpt-4o-mini at high detail, 2,833 + 8 tiles × 5,667. */
export const IMAGE_TOKENS_MAX = 48_169;
