import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { STANDINGS, type Standing } from '../../../lambdas/contracts/http/roles';
import type { DataFolder } from '../folder/data-folder';

const USERS_FILE = 'users.json';
const PASSWORD_BYTES = 18;

const localUserSchema = z.object({
  role: z.enum(STANDINGS),
  email: z.string(),
  password: z.string(),
  /** The user pool's id of them. */
  subject: z.string(),
});

/** Somebody who can sign in to a local run. */
export type LocalUser = Readonly<z.infer<typeof localUserSchema>>;

/** One for each role and an operator: made at the first start, found at every other. */
export function localUsers(folder: DataFolder): readonly LocalUser[] {
  folder.writeIfAbsent(USERS_FILE, `${JSON.stringify(STANDINGS.map(newUser), null, 2)}\n`);
  return z.array(localUserSchema).parse(JSON.parse(folder.read(USERS_FILE) ?? ''));
}

const newUser = (role: Standing): LocalUser => ({
  role,
  // Nobody's domain, so that no mail can go astray.
  email: `${role}@example.test`,
  // Others on this machine reach the sign-in page too, and this file not.
  password: randomBytes(PASSWORD_BYTES).toString('base64url'),
  subject: randomUUID(),
});
