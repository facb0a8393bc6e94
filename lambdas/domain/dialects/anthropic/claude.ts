/** Whether a model is one of Anthropic's own, by its ID in a price list or its name in an answer. */
export const isClaude = (model: string): boolean => /claude/i.test(model);
