/** The rest of a whole answer is of no use: it is not an answer, or it is too large. */
export class AnswerUnusable extends Error {
  readonly reason: 'broken' | 'oversized';
  constructor(reason: 'broken' | 'oversized') {
    super(`the answer is ${reason}`);
    this.reason = reason;
  }
}
