import { z } from 'zod';

/** How the control plane says that something did not work: RFC 9457, problem details. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('The member to rely on: the sentences may change.'),
    detail: z.string(),
    errors: z
      .array(z.object({ pointer: z.string().describe('A JSON pointer (RFC 6901).'), detail: z.string() }))
      .optional()
      .describe('What is wrong with the request, member by member.'),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemSchema>;
