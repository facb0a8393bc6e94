import type { Config } from '../../../lib/config';

/**
 * The template of an agreement on data processing (GDPR, article 28), between the organisation that sends requests, as
 * the controller of their content, and the operator, as its processor.
 */
export const agreement = ({ usageDays, pitrDays }: Config): readonly string[] => [
  '## Agreement on data processing (template)',
  'Between [organisation] (the controller) and [operator] (the processor).',
  [
    '1. **Subject and duration.** The processor passes requests to language models on and meters them, for as long as the controller has an account.',
    '2. **Nature and purpose.** Content is passed on in memory to the provider that serves the model, and the answer back. Metadata is recorded to charge it.',
    `3. **Data and people.** Content: whatever the controller’s requests contain, about whomever they concern. It is not stored. Metadata: pseudonyms of keys and members, for ${usageDays} days.`,
    '4. **Instructions.** The processor acts on the controller’s documented instructions: the requests, and the settings of the account.',
    '5. **Confidentiality.** People who can access the deployment are bound to confidentiality.',
    '6. **Security.** The measures are those of the section Security above.',
    '7. **Other processors.** The controller agrees to those of the section Processors. [operator] announces a new one [days] before; the controller may object.',
    '8. **Assistance.** The rights of people are served by the functions of the section Your rights. The processor assists with impact assessments and answers to authorities.',
    '9. **Breaches.** The processor notifies the controller within [hours] hours after it becomes aware of a breach.',
    `10. **Deletion.** Content needs none. At the end, the account is exported on request and erased; backups end within ${pitrDays} days. A signed certificate says what was erased and what the law keeps.`,
    '11. **Evidence.** The controller can verify the audit log of its account, the receipts of its requests and the certificate of an erasure by itself. Further audits: [terms].',
    '12. **Transfers.** Content enters at the nearest location of the edge, and leaves the region of the deployment only to providers that the controller uses. [Standard contractual clauses]',
  ].join('\n'),
];
