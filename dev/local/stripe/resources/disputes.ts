import { matching, page } from '../http/list';
import { get, post, type Call, type Route } from '../http/route';
import { notAllowed } from '../http/stripe-failure';
import { decide } from '../payments/disputes';
import type { Dispute } from '../state/kinds';

export const disputeRoutes: readonly Route[] = [
  get('/v1/disputes', ({ state, params }) =>
    page(
      params,
      '/v1/disputes',
      state.store.all('dispute').filter(matching<Dispute>(params, ['charge', 'payment_intent'])),
    ),
  ),
  get('/v1/disputes/{id}', ({ state, id }) => state.store.get('dispute', id)),
  post('/v1/disputes/{id}', update),
  post('/v1/disputes/{id}/close', ({ state, id }) => decide(state, state.store.get('dispute', id), 'lost')),
];

/** The texts with which Stripe's test mode decides at once. */
const DECIDING_TEXTS: Readonly<Record<string, 'lost' | 'won'>> = { winning_evidence: 'won', losing_evidence: 'lost' };

function update({ state, params, id }: Call): Dispute {
  const dispute = state.store.get('dispute', id);
  const evidence = params.group('evidence');
  const names = Object.keys(dispute.evidence).filter((name) => evidence.has(name));
  if (!dispute.status.endsWith('needs_response') && names.length > 0)
    throw notAllowed(`This dispute has a status of ${dispute.status}, so its evidence cannot be changed.`);
  const submits = names.length > 0 && (params.flag('submit') ?? true);
  const { evidence_details: details } = dispute;
  state.events.changed(
    dispute,
    {
      evidence: {
        ...dispute.evidence,
        ...Object.fromEntries(names.map((name) => [name, evidence.text(name) ?? null])),
      },
      evidence_details: {
        ...details,
        has_evidence: details.has_evidence || names.length > 0,
        submission_count: details.submission_count + (submits ? 1 : 0),
        submission_method: submits ? 'manual' : details.submission_method,
      },
      metadata: params.metadata(dispute.metadata),
      ...(submits && {
        status: dispute.status === 'warning_needs_response' ? 'warning_under_review' : 'under_review',
      }),
    },
    'charge.dispute.updated',
  );
  const decision = submits ? DECIDING_TEXTS[evidence.text('uncategorized_text') ?? ''] : undefined;
  return decision ? decide(state, dispute, decision) : dispute;
}
