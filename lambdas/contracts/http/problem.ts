import { z } from 'zod';

/** An error response of the control plane: problem details, RFC 9457. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Identifies the problem. Rely on this member, because the texts may change.'),
    detail: z.string(),
    errors: z
      .array(z.object({ pointer: z.string().describe('A JSON pointer (RFC 6901).'), detail: z.string() }))
      .optional()
      .describe('The invalid members of the request.'),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemSchema>;
