import { hkdfSync } from 'node:crypto';
import { Idempotency } from '../../../adapters/idempotency/idempotency';
import { Access } from '../../../domain/access/access';
import { Accounts } from '../../../domain/accounts/accounts';
import { Invitations } from '../../../domain/accounts/invitations';
import { Members } from '../../../domain/accounts/members';
import { Ownership } from '../../../domain/accounts/ownership';
import { FailedAttempts } from '../../../domain/attempts/failed-attempts';
import { AuditLog } from '../../../domain/audit/audit-log';
import type { Clock } from '../../../domain/clock';
import type { SecondFactors } from '../../../domain/identity/second-factors';
import type { TokenVerifier } from '../../../domain/identity/token-verifier';
import { KeySuspensions } from '../../../domain/keys/key-suspensions';
import { Keys } from '../../../domain/keys/keys';
import type { Log } from '../../../domain/log';
import type { Mailer } from '../../../domain/mail/mailer';
import { Operators } from '../../../domain/people/operators';
import { People } from '../../../domain/people/people';
import type { TableStore } from '../../../domain/table/table-store';
import { Cursors } from './cursors';

const DERIVED_SECRET_BYTES = 32;

export interface ApiOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly verifier: TokenVerifier;
  /** The deployment's secret, of which the API's own are derived. */
  readonly pepper: string;
  /** @default none: whoever invites hands the token over */
  readonly mailer?: Mailer | undefined;
  /** @default none: operators need no second factor */
  readonly secondFactors?: SecondFactors | undefined;
}

/** What the API's routes work with. */
export type ApiParts = ReturnType<typeof apiParts>;

export function apiParts({ store, clock, log, verifier, pepper, mailer, secondFactors }: ApiOptions) {
  const audit = new AuditLog({ store, clock });
  const members = new Members({ store, audit });
  return {
    ...{ store, clock, log, verifier, mailer, audit, members },
    attempts: new FailedAttempts({ clock }),
    people: new People({ store, clock }),
    operators: new Operators({ store, clock, audit }),
    access: new Access({ store, secondFactors }),
    accounts: new Accounts({ store, clock, audit }),
    ownership: new Ownership({ clock, audit, members }),
    invitations: new Invitations({ store, clock, audit }),
    keys: new Keys({ store, pepper, clock, audit }),
    keySuspensions: new KeySuspensions({ store, clock, audit }),
    cursors: new Cursors(derivedSecret(pepper, 'cursors')),
    idempotency: new Idempotency({ store, clock, secret: derivedSecret(pepper, 'idempotency') }),
  };
}

/** One secret for one purpose: none can be computed from another. */
function derivedSecret(pepper: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', pepper, '', `tollgate ${purpose}`, DERIVED_SECRET_BYTES));
}
