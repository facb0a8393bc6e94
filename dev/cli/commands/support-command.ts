import { z } from 'zod';
import { newSupportMessageSchema } from '../../../lambdas/contracts/http/support';
import { personIdSchema, supportThreadIdSchema } from '../../../lambdas/contracts/storage/ids';
import { THREAD_STATES } from '../../../lambdas/contracts/storage/support';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { MAIL_ONLY, notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { holdsCardNumber } from '../../../lambdas/domain/payments/card-number';
import { Support } from '../../../lambdas/domain/support/support';
import { expectArguments, type Options } from './arguments';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import { readText } from './files';
import { UsageError } from './usage';

const ITEMS_SHOWN_MAX = 200;

const personId = personIdSchema;
const threadId = supportThreadIdSchema;
const state = z.enum(THREAD_STATES, `List threads that are ${THREAD_STATES.join(' or ')}.`);

export const SUPPORT_COMMANDS = [
  z.strictObject({ name: z.literal('support-list'), state }),
  z.strictObject({ name: z.literal('support-show'), personId, threadId }),
  z.strictObject({ name: z.literal('support-answer'), personId, threadId, text: newSupportMessageSchema.shape.text }),
  z.strictObject({ name: z.literal('support-close'), personId, threadId }),
  z.strictObject({ name: z.literal('support-reopen'), personId, threadId }),
] as const;

export type SupportCommand = z.infer<(typeof SUPPORT_COMMANDS)[number]>;

export const isSupportCommand = (command: { readonly name: string }): command is SupportCommand =>
  command.name.startsWith('support-');

/**
 * @param words the words after `support`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 * @throws UnusableFile when the file with an answer cannot be read
 */
export function parseSupportCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'list': {
      const [wanted = 'open'] = expectArguments(others, Math.min(others.length, 1), options);
      return { name: 'support-list', state: wanted };
    }
    case 'show':
    case 'close':
    case 'reopen': {
      const [person, thread] = expectArguments(others, 2, options);
      return { name: `support-${verb}`, personId: person, threadId: thread };
    }
    case 'answer': {
      const [person, thread] = expectArguments(others, 2, options, ['file']);
      if (options.file === undefined) throw new UsageError('Give the answer with --file <file>.');
      const text = readText(options.file).trim();
      if (holdsCardNumber(text)) throw new UsageError('The answer contains a card number: leave it out.');
      return { name: 'support-answer', personId: person, threadId: thread, text };
    }
    default:
      return undefined;
  }
}

/** Runs a command about support. The audit log names the deployment as the actor, and an answer is told by mail. */
export async function runSupportCommand(services: CommandServices, command: SupportCommand): Promise<CommandResult> {
  try {
    return await run(services, command);
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
}

async function run({ store, clock }: CommandServices, command: SupportCommand): Promise<CommandResult> {
  const support = new Support({
    store,
    clock,
    audit: new AuditLog({ store, clock }),
    notify: notifyBy(clock, MAIL_ONLY),
  });
  const page = { limit: ITEMS_SHOWN_MAX };
  if (command.name === 'support-list') {
    const { items, next } = await support.listed(command.state, page);
    const result = jsonLines(items);
    return next === undefined ? result : { ...result, notes: [`There are more than ${ITEMS_SHOWN_MAX} threads.`] };
  }
  const { personId: person, threadId: thread } = command;
  const action = { personId: person, threadId: thread, actor: DEPLOYMENT };
  switch (command.name) {
    case 'support-show': {
      const { items } = await support.messages(person, thread, page);
      return jsonLines([await support.get(person, thread), ...items]);
    }
    case 'support-answer':
      return jsonLines([await support.answer({ ...action, text: command.text })]);
    case 'support-close':
      await support.close(action);
      return jsonLines([await support.get(person, thread)]);
    case 'support-reopen':
      await support.reopen(action);
      return jsonLines([await support.get(person, thread)]);
  }
}
