/*
 * The life of a rolling hold, for exhaustive checking with Spin (https://spinroot.com). `npm run model` checks it and
 * its sabotages; docs/money.md says what it shows.
 *
 * Two requests share an account and the budget of a key. Each is held for, is resized up to twice, and ends, while its
 * process may crash, its client may cancel, and a sweeper may expire its hold at any moment, because clocks differ.
 *
 * A transaction is one step, because the store serializes transactions. The attempts at a transaction have no
 * processes: an attempt that was sent may arrive at any later moment and any number of times, whether its sender waits
 * for it, has given up or has crashed, and its reply may be lost. This covers lost requests, lost replies, retries and
 * attempts that are overtaken. A repeat of a committed attempt is either acknowledged (within the lifetime of its
 * idempotency token) or meets its conditions again (after it), without a clock.
 *
 * Suspension and the limits of a key per minute are left out, because they only refuse transactions, and so are usage
 * records, because they are written with the entry. Leases and drawers are left to the simulation.
 *
 * Amounts are small, because a condition compares and does not count: a first hold of 1, an extension that wants 2 and
 * takes 1, a shrink by 1, a ceiling of 3, and a provider that reports 1 or 4.
 */

#define FIRST    1
#define WANTED   2
#define LEAST    1
#define RETURNED 1
#define CEILING  3
#define CHANGES  2

mtype = { nothing };
/* The state of a request's process (lambdas/domain/data-plane). */
mtype = { unsent, reserving, running, ending, gone };
/* The attempts at a change of a hold: the whole extension, the rest that the account has, a shrink. */
mtype = { whole, part, shrink };
/* How a request is ended: by reported usage, by an estimate (this includes a cancelled one), or without a charge. */
mtype = { reported, estimated, release };
/* Entries (lambdas/domain/wallet/ledger/entry.ts): `charge` is of the kind `charge` or `release`. */
mtype = { charge, expire };
/* The attempt that is to end a request: `endHold` or `adjustExpired`. */
mtype = { anEnd, anAdjustment };
/* Replies of the store. */
mtype = { done, shortage, changed, absent };

/* The balance item (lambdas/domain/wallet/balance/balance.ts), and the budget's counter (holds/key-counters.ts). */
short funded, available, held, spent, counted, limit;

/* The items of a request: its hold (holds/hold.ts), its entries, and the tokens that the store remembers. */
typedef Stored {
  bool reserved;         /* the token of the reserve, `r-<requestId>` */
  bool live;
  short amount;          /* `heldPico` */
  byte slice;
  mtype made[3];         /* the attempt of change 1 and 2 that was committed */
  mtype entry;
  short amountAtEnd;     /* the entry's `heldPico` */
  bool adjusted;         /* the late entry */
  short charged
};

/* The memory of a request's process, and the attempts that it has sent. */
typedef Sender {
  mtype phase;
  short amount;          /* the hold as it knows it */
  byte slice;
  bool waits;            /* for the reply to a change: at most one is in flight */
  mtype sent[3];         /* of change 1 and 2; `part` means that `whole` was sent before */
  short base[3];         /* what the change expects to be held */
  mtype how;
  short used;            /* what the request cost, before any limit */
  mtype attempt;         /* to end the request */
  short endAmount;       /* the hold that the attempt expects */
  byte endSlice;
  short cost
};

/* The sweeper's copy of a hold (lambdas/domain/wallet/sweep.ts). It ends one hold after the other. */
typedef Copy { bool isRead; byte owner; short amount; byte slice };

Stored s[2];
Sender p[2];
Copy w;
/* Both requests are over, and the sweeper has run once more. */
bool closed;
/* The reply to the latest step, what is left of the scarcer money, and other values that no step keeps. */
mtype reply = nothing;
short left, delta, most;

#define LIVE(r) (s[r].live -> s[r].amount : 0)
#define MIN(a, b) ((a) < (b) -> (a) : (b))
#define LEFT (MIN(available, limit - counted))

/*
 * The invariants, after every commit. `npm run model` prints the comment of an assertion that fails.
 */
inline check() {
  assert(!s[0].live || s[0].entry == nothing);          /* a request that has ended holds nothing */
  assert(!s[1].live || s[1].entry == nothing);          /* a request that has ended holds nothing */
  assert(available >= 0);                               /* available is never negative */
  assert(held == LIVE(0) + LIVE(1));                    /* held is the sum of the live holds */
  assert(spent == s[0].charged + s[1].charged);         /* spent is the sum of the charges */
  assert(funded == available + held + spent);           /* funded = available + held + spent */
  assert(counted == spent + LIVE(0) + LIVE(1));         /* a budget counts its charges and live holds */
  assert(counted <= limit);                             /* a budget is never exceeded */
  assert(!closed || held == 0)                          /* nothing stays held when all requests have ended */
}

/* A charge, at its commit. heldThen: what the hold has then, or had when it expired. */
inline checkCharge(r, heldThen) {
  assert(p[r].cost >= 0 && p[r].cost <= CEILING);       /* a charge never exceeds the ceiling */
  assert(p[r].how != estimated || p[r].cost <= heldThen); /* an estimate is charged up to what is held */
  assert(p[r].how != release || p[r].cost == 0);        /* a release charges nothing */
  assert(p[r].how != reported || p[r].attempt != anEnd || p[r].cost >= MIN(p[r].used, MIN(heldThen, CEILING))) /* reported usage is charged at least up to the hold */
}

/* ---- Reserve: holds/reserve-hold.ts ---- */

/* `holdWrites`. The token is shared by all attempts, and `refuseLate` keeps every attempt within its lifetime. */
inline reserveArrives(r) {
  if
#ifndef RESERVE_WITHOUT_AGE_LIMIT
  :: s[r].reserved -> reply = done
#endif
  :: else ->
    if
    :: s[r].live -> reply = done
    :: else ->
      if
      :: available < FIRST || counted > limit - FIRST -> reply = shortage
      :: else ->
        s[r].reserved = true;
        s[r].live = true; s[r].amount = FIRST; s[r].slice = 0;
        available = available - FIRST; held = held + FIRST; counted = counted + FIRST;
        reply = done;
        check()
      fi
    fi
  fi;
  printf("  request %d: an attempt to reserve arrives: %e\n", r + 1, reply)
}

/* The reply of `reserveHold` reaches its caller. */
inline reserveReplied(r) {
  if
  :: reply == done -> p[r].phase = running; p[r].amount = FIRST; p[r].slice = 0
  :: else -> forget(r)
  fi;
  printf("  request %d: the reply reaches its process\n", r + 1)
}

/* ---- Extend and shrink: holds/resize-hold.ts ---- */

#define DELTA(size) (size == whole -> WANTED : (size == part -> LEAST : -RETURNED))

/* `isAsKnown` (holds/hold.ts), as the condition of a change. */
#if defined(EXTENSION_WITHOUT_SLICE)
#define MAY_CHANGE(r, n, size) (s[r].live && s[r].amount == p[r].base[n])
#elif defined(EXTENSION_UPSERTS)
#define MAY_CHANGE(r, n, size) ((!s[r].live && size != shrink) || (s[r].live && s[r].slice == n - 1 && s[r].amount == p[r].base[n]))
#else
#define MAY_CHANGE(r, n, size) (s[r].live && s[r].slice == n - 1 && s[r].amount == p[r].base[n])
#endif

/* The transaction of `resizeAttempt`, with the conditions of `changeBalance` and `countResize`. */
inline changeArrives(r, n, size) {
  delta = DELTA(size);
  if
  :: !MAY_CHANGE(r, n, size) -> reply = (s[r].live -> changed : absent)
  :: else ->
    if
    :: delta > 0 && (available < delta || counted > limit - delta) -> reply = shortage; left = LEFT
    :: else ->
      assert(s[r].made[n] == nothing);  /* a change of a hold is made once */
      s[r].made[n] = size;
      s[r].amount = LIVE(r) + delta; s[r].slice = n; s[r].live = true;
      available = available - delta; held = held + delta; counted = counted + delta;
      reply = done;
      check()
    fi
  fi;
  delta = 0;
  printf("  request %d: an attempt at change %d (%e) arrives: %e\n", r + 1, n, size, reply)
}

/* Within the lifetime of its token, a repeat of what was committed is only acknowledged. */
inline changeAcknowledged(r, n, size) {
  reply = done;
  printf("  request %d: the store acknowledges change %d (%e) again\n", r + 1, n, size)
}

/* The reply reaches `extendHold` or `shrinkHold`. */
inline changeReplied(r, n, size) {
  p[r].waits = false;
  if
  :: reply == done -> p[r].amount = p[r].base[n] + DELTA(size); p[r].slice = n
  :: reply == absent -> skip                            /* HoldNotFound */
  :: reply == changed ->
#ifdef EXTENSION_KNOWS_LAST_ATTEMPT
    assert(s[r].slice == n && s[r].amount == p[r].base[n] + DELTA(size)); /* an extension never finds the ledger inconsistent */
#endif
    assert(s[r].slice == n);                            /* an extension never finds the ledger inconsistent */
    p[r].amount = s[r].amount; p[r].slice = n
  :: reply == shortage ->
    assert(size != shrink);                             /* a shrink never finds the ledger inconsistent */
    if
    :: size == whole && left >= LEAST -> p[r].sent[n] = part; p[r].waits = true
    :: else -> skip                                     /* InsufficientFunds, KeyLimitReached */
    fi
  fi;
  printf("  request %d: the reply reaches its process\n", r + 1)
}

/* ---- Settle and release: holds/end-hold.ts, holds/settlement.ts ---- */

/* The most that `chargeOf` lets the account pay, for a hold of the given amount. */
#if defined(SETTLE_WITHOUT_CEILING)
#define MOST(r, amount) (p[r].how == reported -> p[r].used : MIN(amount, CEILING))
#elif defined(ESTIMATE_ABOVE_HOLD)
#define MOST(r, amount) (CEILING)
#elif defined(HOLD_ABOVE_CEILING)
#define MOST(r, amount) (p[r].how == reported && CEILING > amount -> CEILING : amount)
#else
#define MOST(r, amount) (p[r].how == reported -> CEILING : MIN(amount, CEILING))
#endif

/* `endAttempt`. `excess` is the most that the account can pay above the hold. */
inline planEnd(r, ofSlice, ofAmount, excess) {
  p[r].attempt = anEnd;
  p[r].endSlice = ofSlice;
  p[r].endAmount = ofAmount;
  most = MOST(r, ofAmount);
  p[r].cost = MIN(p[r].used, MIN(most, ofAmount + excess));
  most = 0
}

#define UNLIMITED 100

#define IS_AS_KNOWN(r, ofSlice, ofAmount) (s[r].slice == ofSlice && s[r].amount == ofAmount)
#ifdef SETTLE_CHECKS_ONLY_EXISTENCE
#define MAY_SETTLE(r) (true)
#elif defined(END_WITHOUT_SLICE)
#define MAY_SETTLE(r) (s[r].amount == p[r].endAmount)
#elif defined(END_WITHOUT_AMOUNT)
#define MAY_SETTLE(r) (s[r].slice == p[r].endSlice)
#else
#define MAY_SETTLE(r) IS_AS_KNOWN(r, p[r].endSlice, p[r].endAmount)
#endif

#define EXCESS(r) (p[r].cost - p[r].endAmount)
#ifdef SETTLE_IGNORES_BUDGET
#define IS_SHORT(r) (EXCESS(r) > 0 && available < EXCESS(r))
#elif defined(SETTLE_IGNORES_AVAILABLE)
#define IS_SHORT(r) (EXCESS(r) > 0 && counted > limit - EXCESS(r))
#else
#define IS_SHORT(r) (EXCESS(r) > 0 && (available < EXCESS(r) || counted > limit - EXCESS(r)))
#endif

/* The transaction of `endWrites`. Its token needs no step: a hold that has ended never exists again. */
inline endArrives(r) {
  if
  :: !s[r].live -> reply = absent
  :: s[r].live && !MAY_SETTLE(r) -> reply = changed
  :: else ->
    assert(s[r].entry == nothing);                    /* a request ends at most once */
    assert(held >= p[r].endAmount);                   /* held covers each live hold */
    if
    :: IS_SHORT(r) -> reply = shortage; left = LEFT
    :: else ->
#ifdef SEEK_PARTIAL_EXCESS
      assert(EXCESS(r) <= 0 || p[r].cost == MIN(p[r].used, CEILING)); /* sought */
#endif
      checkCharge(r, s[r].amount);
      s[r].live = false; s[r].entry = charge; s[r].amountAtEnd = s[r].amount; s[r].charged = p[r].cost;
      s[r].amount = 0; s[r].slice = 0;
      held = held - p[r].endAmount;
      available = available - EXCESS(r);
      counted = counted + EXCESS(r);
      spent = spent + p[r].cost;
      reply = done;
      check()
    fi
  fi;
  printf("  request %d: an attempt to end it at slice %d with %d held and a charge of %d arrives: %e\n", r + 1, p[r].endSlice, p[r].endAmount, p[r].cost, reply)
}

/* The reply reaches `endHold`, and through it `settleHold` (holds/settle-hold.ts). */
inline endReplied(r) {
  if
  :: reply == done -> finish(r)
  :: reply == changed -> planEnd(r, s[r].slice, s[r].amount, UNLIMITED)
  :: reply == shortage -> planEnd(r, p[r].endSlice, p[r].endAmount, left)
  :: reply == absent ->
    assert(s[r].entry != nothing);                      /* a hold that is gone has an entry */
    if
    :: s[r].entry == expire -> planAdjustment(r)
    :: else -> finish(r)                                /* settled before */
    fi
  fi;
  printf("  request %d: the reply reaches its process\n", r + 1)
}

/* ---- A settle after the hold has expired: holds/adjust-expired.ts ---- */

/* `settleHold` takes the amount of the hold from the entry of its expiry. */
#ifdef LATE_SETTLE_OF_KNOWN_AMOUNT
#define EXPIRED_AMOUNT(r) (p[r].amount)
#else
#define EXPIRED_AMOUNT(r) (s[r].amountAtEnd)
#endif

/* `affordedPico` and `adjustmentOf`: the money that is left is read before the transaction. */
inline planAdjustment(r) {
  p[r].attempt = anAdjustment;
  p[r].endSlice = 0; p[r].endAmount = 0;
  most = MOST(r, EXPIRED_AMOUNT(r));
  p[r].cost = MIN(p[r].used, MIN(most, LEFT));
  most = 0
}

/* The transaction of `adjustmentOf`. */
inline adjustmentArrives(r) {
  if
  :: s[r].adjusted -> reply = done
  :: !s[r].adjusted && (available < p[r].cost || counted > limit - p[r].cost) -> reply = shortage
  :: else ->
#ifdef SEEK_LATE_CHARGE
    assert(p[r].cost == 0 || p[r].cost == MIN(p[r].used, CEILING)); /* sought */
#endif
    checkCharge(r, s[r].amountAtEnd);
    assert(s[r].entry == expire && s[r].charged == 0);  /* a late charge follows an expiry, once */
    s[r].adjusted = true; s[r].charged = p[r].cost;
    available = available - p[r].cost; counted = counted + p[r].cost; spent = spent + p[r].cost;
    reply = done;
    check()
  fi;
  printf("  request %d: an attempt to charge %d after the expiry arrives: %e\n", r + 1, p[r].cost, reply)
}

inline adjustmentReplied(r) {
  if
  :: reply == done -> finish(r)
  :: else -> planAdjustment(r)
  fi;
  printf("  request %d: the reply reaches its process\n", r + 1)
}

/* ---- The sweeper: lambdas/domain/wallet/sweep.ts, through holds/end-hold.ts ---- */

inline sweeperReads(r) {
  w.isRead = true; w.owner = r; w.slice = s[r].slice; w.amount = s[r].amount;
  printf("  sweeper: reads the hold of request %d: slice %d with %d held\n", r + 1, w.slice, w.amount)
}

#ifdef SWEEP_CHECKS_ONLY_EXISTENCE
#define MAY_SWEEP(r) (true)
#elif defined(END_WITHOUT_SLICE)
#define MAY_SWEEP(r) (s[r].amount == w.amount)
#elif defined(END_WITHOUT_AMOUNT)
#define MAY_SWEEP(r) (s[r].slice == w.slice)
#else
#define MAY_SWEEP(r) IS_AS_KNOWN(r, w.slice, w.amount)
#endif

/* The same transaction as that of a settle, with the kind `expire` and no charge. */
inline expiryArrives(r) {
  if
  :: !s[r].live -> reply = absent
  :: s[r].live && !MAY_SWEEP(r) -> reply = changed
  :: else ->
    assert(s[r].entry == nothing);                    /* a request ends at most once */
    assert(held >= w.amount);                      /* held covers each live hold */
#ifdef SEEK_CHANGED_EXPIRY
    assert(s[r].slice < CHANGES);                       /* sought */
#endif
    s[r].live = false; s[r].entry = expire; s[r].amountAtEnd = s[r].amount;
    s[r].amount = 0; s[r].slice = 0;
    held = held - w.amount; available = available + w.amount; counted = counted - w.amount;
    reply = done;
    check()
  fi;
  printf("  sweeper: an attempt to expire request %d at slice %d with %d held arrives: %e\n", r + 1, w.slice, w.amount, reply)
}

inline expiryReplied(r) {
  if
  :: reply == changed -> sweeperReads(r)
  :: else -> w.isRead = false; w.owner = 0; w.slice = 0; w.amount = 0
  fi
}

/* ---- The processes ---- */

/* The process has its answer, or has crashed: it remembers nothing. What it has sent may still arrive. */
inline forget(r) {
  p[r].phase = gone; p[r].amount = 0; p[r].slice = 0; p[r].waits = false
}

/* The process has its answer. A repeat of its last attempt would change nothing, as another step shows. */
inline finish(r) {
  forget(r);
  p[r].attempt = nothing; p[r].how = nothing; p[r].used = 0; p[r].cost = 0; p[r].endSlice = 0; p[r].endAmount = 0
}

/* A change that nobody waits for, and that cannot meet its conditions again. */
#define IS_OVER(r, n) (!p[r].waits && !MAY_CHANGE(r, n, whole) && !MAY_CHANGE(r, n, shrink))

/*
 * Forgets what has no effect any more, which keeps the number of states small. A hold that has ended never exists
 * again, so nothing that expects it commits; only a sender that waits for the reply learns something from it.
 */
inline tidy(r) {
  reply = nothing;
  left = 0;
  if
  :: s[r].reserved && !s[r].live ->
    if
    :: IS_OVER(r, 1) -> p[r].sent[1] = nothing; p[r].base[1] = 0; s[r].made[1] = nothing
    :: else
    fi;
    if
    :: IS_OVER(r, 2) -> p[r].sent[2] = nothing; p[r].base[2] = 0; s[r].made[2] = nothing
    :: else
    fi;
    if
    :: p[r].phase == gone && (p[r].attempt == anEnd || s[r].adjusted) -> finish(r)
    :: else
    fi;
    if
    :: s[r].entry == charge || s[r].adjusted || p[r].phase == gone && p[r].attempt == nothing -> s[r].amountAtEnd = 0
    :: else
    fi;
    if
    :: w.isRead && w.owner == r -> w.isRead = false; w.owner = 0; w.slice = 0; w.amount = 0
    :: else
    fi
  :: else
  fi
}

#define NEXT(r) (p[r].slice + 1)
#define MAY_BEGIN_CHANGE(r) (p[r].phase == running && !p[r].waits && p[r].slice < CHANGES && p[r].sent[NEXT(r)] == nothing)
#define BEGAN(r) (p[r].phase != unsent)

inline beginChange(r, size) {
  p[r].sent[NEXT(r)] = size;
  p[r].base[NEXT(r)] = p[r].amount;
  p[r].waits = true;
  printf("  request %d: begins change %d (%e) of %d held\n", r + 1, NEXT(r), size, p[r].amount)
}

inline beginEnd(r, kind, total) {
  p[r].phase = ending; p[r].waits = false; p[r].how = kind; p[r].used = total;
  planEnd(r, p[r].slice, p[r].amount, UNLIMITED);
  printf("  request %d: ends (%e) with a cost of %d, knowing of slice %d with %d held\n", r + 1, kind, total, p[r].slice, p[r].amount)
}

/*
 * A request, from its admission to the last attempt that it has sent. Of two steps that differ in `Replied`, the one
 * without it is the lost reply.
 */
proctype Request(byte r) {
end:
  do
  /* Requests are alike, so it does not matter which is the first. */
  :: d_step { !BEGAN(r) && (r == 0 || BEGAN(0)) -> p[r].phase = reserving; printf("  request %d: reserves\n", r + 1) }
  :: d_step { BEGAN(r) && !closed -> reserveArrives(r); tidy(r) }
  :: d_step { p[r].phase == reserving -> reserveArrives(r); reserveReplied(r); tidy(r) }

  :: d_step { MAY_BEGIN_CHANGE(r) -> beginChange(r, whole) }
  :: d_step { MAY_BEGIN_CHANGE(r) && p[r].amount >= RETURNED -> beginChange(r, shrink) }
  :: d_step { p[r].sent[1] != nothing -> changeArrives(r, 1, p[r].sent[1]); tidy(r) }
  :: d_step { p[r].sent[2] != nothing -> changeArrives(r, 2, p[r].sent[2]); tidy(r) }
  :: d_step { p[r].sent[1] == part -> changeArrives(r, 1, whole); tidy(r) }
  :: d_step { p[r].sent[2] == part -> changeArrives(r, 2, whole); tidy(r) }
  :: d_step { p[r].waits -> changeArrives(r, NEXT(r), p[r].sent[NEXT(r)]); changeReplied(r, NEXT(r), p[r].sent[NEXT(r)]); tidy(r) }
  :: d_step { p[r].waits && s[r].made[NEXT(r)] == p[r].sent[NEXT(r)] -> changeAcknowledged(r, NEXT(r), p[r].sent[NEXT(r)]); changeReplied(r, NEXT(r), p[r].sent[NEXT(r)]); tidy(r) }

  /* The answer is complete, was cut, or was cancelled, also while a change is in flight. */
  :: d_step { p[r].phase == running -> beginEnd(r, reported, 1) }
  :: d_step { p[r].phase == running -> beginEnd(r, reported, 4) }
  :: d_step { p[r].phase == running -> beginEnd(r, estimated, 4) }
  :: d_step { p[r].phase == running -> beginEnd(r, release, 0) }
  :: d_step { p[r].attempt == anEnd -> endArrives(r); tidy(r) }
  :: d_step { p[r].attempt == anEnd && p[r].phase == ending -> endArrives(r); endReplied(r); tidy(r) }
  :: d_step { p[r].attempt == anAdjustment -> adjustmentArrives(r); tidy(r) }
  :: d_step { p[r].attempt == anAdjustment && p[r].phase == ending -> adjustmentArrives(r); adjustmentReplied(r); tidy(r) }
  /* The retries are over, and UnsettledRequests (data-plane/settlement/unsettled-requests.ts) begins again. */
  :: d_step { p[r].phase == ending -> planEnd(r, p[r].slice, p[r].amount, UNLIMITED); printf("  request %d: settles again\n", r + 1); tidy(r) }

  :: d_step { BEGAN(r) && p[r].phase != gone -> forget(r); printf("  request %d: its process crashes\n", r + 1); tidy(r) }

  :: d_step { s[r].live && !w.isRead -> sweeperReads(r) }
  :: d_step { w.isRead && w.owner == r -> expiryArrives(r); tidy(r) }
  :: d_step { w.isRead && w.owner == r -> expiryArrives(r); expiryReplied(r); tidy(r) }
  od
}

inline closing(r) {
  if
  :: s[r].live -> sweeperReads(r); expiryArrives(r); assert(reply == done); expiryReplied(r); tidy(r)
  :: else -> skip
  fi
}

/* Both processes are gone, no reserve can arrive any more, and the sweeper expires what is left. */
proctype Closing() {
  d_step {
    p[0].phase == gone && p[1].phase == gone ->
    closing(0);
    closing(1);
    closed = true;
#ifdef SEEK_TWO_CHARGES
    assert(s[0].charged <= FIRST || s[1].charged <= FIRST); /* sought */
#endif
    check();
    printf("  both requests are over, and all holds are swept\n")
  }
}

init {
  atomic {
    byte i;
    for (i : 0 .. 1) {
      p[i].phase = unsent; p[i].sent[1] = nothing; p[i].sent[2] = nothing; p[i].how = nothing; p[i].attempt = nothing;
      s[i].made[1] = nothing; s[i].made[2] = nothing; s[i].entry = nothing
    };
    i = 0;
    /* Either the account or the budget is the first to run out. */
    if
    :: funded = 4; limit = 6
    :: funded = 6; limit = 4
    fi;
    available = funded;
    printf("  the account has %d, and the budget is %d\n", funded, limit);
    run Request(0); run Request(1); run Closing()
  }
}
