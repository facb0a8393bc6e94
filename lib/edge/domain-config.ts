import { z } from 'zod';

/** The domain of a deployment. */
export const domainSchema = z.strictObject({
  name: z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a host name such as gateway.example.com'),
  certificateArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
      'must be an ACM certificate in us-east-1, because CloudFront accepts no other',
    ),
});
