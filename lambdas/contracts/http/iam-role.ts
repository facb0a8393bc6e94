import { z } from 'zod';

/**
 * The ARN of an IAM role, including its path.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export const roleArnSchema = z
  .string()
  .max(2_048)
  .regex(
    /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/([\x21-\x7e]*\/)?[\w+=,.@-]{1,64}$/,
    'must be the ARN of an IAM role, such as arn:aws:iam::111122223333:role/worker',
  );
