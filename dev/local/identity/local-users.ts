import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { STANDINGS, type Standing } from '../../../lambdas/contracts/http/roles';
import type { AddressBook } from '../../../lambdas/domain/identity/address-book';
import type { VerifiedEmails } from '../../../lambdas/domain/identity/verified-emails';
import type { DataFolder } from '../folder/data-folder';

const USERS_FILE = 'users.json';
const PASSWORD_BYTES = 18;

const localUserSchema = z.object({
  role: z.enum(STANDINGS),
  email: z.string(),
  password: z.string(),
  /** Their ID in the user pool. */
  subject: z.string(),
});

/** A person who can sign in to a local run. */
export type LocalUser = Readonly<z.infer<typeof localUserSchema>>;

/** One user for each role and one operator, created at the first start and read at later ones. */
export function localUsers(folder: DataFolder): readonly LocalUser[] {
  folder.writeIfAbsent(USERS_FILE, `${JSON.stringify(STANDINGS.map(newUser), null, 2)}\n`);
  return z.array(localUserSchema).parse(JSON.parse(folder.read(USERS_FILE) ?? ''));
}

/** Removes a user for good: a later start does not create one for their role again. */
export function removeLocalUser(folder: DataFolder, subject: string): readonly LocalUser[] {
  const left = localUsers(folder).filter((user) => user.subject !== subject);
  folder.replace(USERS_FILE, `${JSON.stringify(left, null, 2)}\n`);
  return left;
}

const newUser = (role: Standing): LocalUser => ({
  role,
  // The domain is reserved for tests, so no mail can reach a stranger.
  email: `${role}@example.test`,
  // Other users of this machine can open the sign-in page but cannot read this file.
  password: randomBytes(PASSWORD_BYTES).toString('base64url'),
  subject: randomUUID(),
});

/** The addresses of the users, which nobody has to verify in a local run. */
export const emailsOf = (users: () => readonly LocalUser[]): VerifiedEmails & AddressBook => ({
  subjectOf: (address) => Promise.resolve(users().find(({ email }) => email === address)?.subject),
  of: (subject) => Promise.resolve(users().find((user) => user.subject === subject)?.email),
});
