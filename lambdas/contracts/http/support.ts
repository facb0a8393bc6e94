import { z } from 'zod';
import { supportMessageIdSchema, supportThreadIdSchema, personIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';
import { SUPPORT_AUTHORS, THREAD_STATES } from '../storage/support';
import { line, paragraphs } from './text';

const SUBJECT_CHARACTERS_MAX = 120;
export const SUPPORT_TEXT_CHARACTERS_MAX = 4_000;
const COMMENT_CHARACTERS_MAX = 1_000;
export const SURVEY_SCORE_MAX = 5;

const text = paragraphs(SUPPORT_TEXT_CHARACTERS_MAX).describe(
  'Plain text. Leave out passwords, keys and card numbers.',
);

/** A message to the operators that begins a thread. */
export const newThreadSchema = z
  .strictObject({ subject: line(SUBJECT_CHARACTERS_MAX), text })
  .meta({ id: 'NewSupportThread' });

/** A further message in a thread. */
export const newSupportMessageSchema = z.strictObject({ text }).meta({ id: 'NewSupportMessage' });

/** The answer to the question how satisfied a person is. */
export const surveySchema = z
  .strictObject({
    score: z.int().min(1).max(SURVEY_SCORE_MAX).describe('From 1, very dissatisfied, to 5, very satisfied.'),
    comment: paragraphs(COMMENT_CHARACTERS_MAX).optional(),
  })
  .meta({ id: 'SupportSurvey' });

/** A thread, without its messages. */
export const threadSchema = z
  .object({
    threadId: supportThreadIdSchema,
    subject: z.string(),
    state: openValue(THREAD_STATES),
    openedAt: z.iso.datetime(),
    /** When its last message was written. */
    writtenAt: z.iso.datetime(),
    writtenBy: openValue(SUPPORT_AUTHORS),
    endsAt: z.iso.datetime().describe('When it is deleted, unless a message is written before.'),
    survey: z
      .object({ score: z.int(), comment: z.string().optional(), answeredAt: z.iso.datetime() })
      .optional()
      .describe('Absent until the person has answered.'),
  })
  .meta({ id: 'SupportThread' });

export const supportMessageSchema = z
  .object({
    messageId: supportMessageIdSchema,
    by: openValue(SUPPORT_AUTHORS),
    at: z.iso.datetime(),
    text: z.string(),
  })
  .meta({ id: 'SupportMessage' });

/** A thread in the operators' list. It has no text. */
export const listedThreadSchema = z
  .object({ threadId: supportThreadIdSchema, personId: personIdSchema })
  .meta({ id: 'ListedSupportThread' });
