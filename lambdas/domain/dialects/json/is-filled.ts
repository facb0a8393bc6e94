/** Whether a member has a value: null counts as absent. */
export function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null;
}
