import { z } from 'zod';

/** Ids carry a prefix and a ULID: sortable by time, meaningless without our tables. */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

export const accountIdSchema = z.string().regex(new RegExp(`^acc_${ulid}$`), 'an account id: acc_ and a ULID');
export const requestIdSchema = z.string().regex(new RegExp(`^req_${ulid}$`), 'a request id: req_ and a ULID');
