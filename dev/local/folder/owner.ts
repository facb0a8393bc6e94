import { z } from 'zod';

/** A gateway owns the folder until it is stopped. A command owns it only for a moment, so others wait for it. */
export const OWNER_ROLES = ['gateway', 'command'] as const;
export type OwnerRole = (typeof OWNER_ROLES)[number];

/** How to reach the process that owns a folder: on loopback, and only with the token. */
const ownerSchema = z.object({
  /** Distinguishes this owner from another program that may later listen on the same port. */
  id: z.string(),
  port: z.int().positive(),
  token: z.string(),
  pid: z.int(),
  role: z.enum(OWNER_ROLES),
});

export type Owner = Readonly<z.infer<typeof ownerSchema>>;

/** @returns undefined when no owner wrote this text */
export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
