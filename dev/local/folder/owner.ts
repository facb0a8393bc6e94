import { z } from 'zod';

/** The gateway runs until it is stopped; a command is done in a moment, so it is waited for. */
export const OWNER_ROLES = ['gateway', 'command'] as const;
export type OwnerRole = (typeof OWNER_ROLES)[number];

/** How to reach the process that a folder belongs to: on loopback, and only with the folder's token. */
const ownerSchema = z.object({
  /** Tells this owner from whatever else may listen at its port after it is gone. */
  id: z.string(),
  port: z.int().positive(),
  token: z.string(),
  pid: z.int(),
  role: z.enum(OWNER_ROLES),
});

export type Owner = Readonly<z.infer<typeof ownerSchema>>;

/** @returns undefined for a text that no owner wrote */
export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
