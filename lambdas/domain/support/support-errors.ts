import { Conflict, Missing, TooMany } from '../errors/refusal';

export class ThreadNotFound extends Missing {
  override readonly name = 'ThreadNotFound';
  constructor() {
    super('support_thread');
  }
}

/** An operator answers what is open; a person who writes opens the thread again. */
export class ThreadClosed extends Conflict {
  override readonly name = 'ThreadClosed';
  constructor() {
    super('support_thread_closed', 'The thread is closed: reopen it first.');
  }
}

export class ThreadOpen extends Conflict {
  override readonly name = 'ThreadOpen';
  constructor() {
    super('support_thread_open', 'The thread is open: the survey is about closed ones. Close it first.');
  }
}

export class ThreadFull extends Conflict {
  override readonly name = 'ThreadFull';
  constructor() {
    super('support_thread_full', 'The thread has as many messages as a thread can have: open another one.');
  }
}

export class TooManyThreads extends TooMany {
  override readonly name = 'TooManyThreads';
  constructor(retryAfterSeconds: number) {
    super('support_threads', retryAfterSeconds);
  }
}

export class TooManySupportMessages extends TooMany {
  override readonly name = 'TooManySupportMessages';
  constructor(retryAfterSeconds: number) {
    super('support_messages', retryAfterSeconds);
  }
}
