import { z } from 'zod';
import { childReportIdSchema, personIdSchema } from '../../../contracts/storage/ids';
import { DELETED } from '../../../contracts/storage/erasure-rule';
import { at, keyed, OF_PERSON, personal, storedItem } from '../../../contracts/storage/stored-item';
import { CHILD_REPORTS_PARTITION, childReportKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { Item } from '../../table/value';

export const storedChildReportSchema = z.object({
  reportId: childReportIdSchema,
  personId: personIdSchema,
  reportedAt: z.iso.datetime(),
});
/** A report that a person is a child. */
export type ChildReport = Readonly<z.infer<typeof storedChildReportSchema>>;

export const decodeChildReport = (item: Item): ChildReport => storedChildReportSchema.parse(item);

const shown = personal('exported', 'erasable');

/** The items about reports. */
export const CHILD_REPORT_ITEMS = [
  storedItem({
    kind: 'child-report',
    about: 'that a person was reported to be a child, and when; nothing about who reported it',
    table: ACCOUNTS,
    ends: 'when an operator dismisses it, or with the person',
    erasure: DELETED,
    schema: storedChildReportSchema,
    fields: { reportId: shown, personId: shown, reportedAt: shown },
    is: keyed(CHILD_REPORTS_PARTITION, OF_PERSON),
    ofPerson: ({ personId }) => [at(childReportKey(personId))],
  }),
];
