/*
 * The life of a rolling hold, for exhaustive checking with Spin (https://spinroot.com). `npm run model` checks it and
 * its sabotages; docs/money.md says what it shows.
 *
 * Two requests share an account and the budget of a key. Each is held for, is resized up to twice, and ends, while its
 * process may crash, its client may cancel, and a sweeper may expire its hold at any moment, because clocks differ. A
 * process may call for a resize any number of times, also after a call whose outcome it does not know.
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
 * for which 1 is of use, a shrink by 1, a ceiling of 3, and a provider that reports 4.
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
/* The calls that resize a hold. */
mtype = { extension, shrink };
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

/* The items of a request: its hold (holds/hold.ts), its entries, and the token that the store remembers. */
typedef Stored {
  bool reserved;         /* the token of the reserve, `r-<requestId>` */
  bool live;
  byte amount;           /* `heldPico` */
  byte slice;
  mtype entry;
  byte amountAtEnd;      /* the entry's `heldPico` */
  bool adjusted;         /* the late entry */
  byte charged
};

/*
 * The memory of a request's process, and the attempts that it has sent. An attempt that nobody waits for, and that would
 * make the hold a at slice n, is bit a of late[n]. One that would end the hold with a charge of c is bit c of lateEnds.
 */
typedef Sender {
  mtype phase;
  byte amount;           /* the hold as the caller of `extendHold` and `shrinkHold` knows it */
  byte slice;
  byte cover;            /* what the caller counts on */
  mtype call;            /* the call for a resize that is in progress: there is at most one */
  byte next;             /* the slice of its attempt */
  short target;          /* the amount that its attempt would leave */
  bool made;             /* whether its attempt was committed */
  byte late[3];
  byte base[3];          /* what the attempts at a slice expect to be held */
  mtype how;
  byte used;             /* what the request cost, before any limit */
  mtype attempt;         /* to end the request */
  byte endAmount;        /* the hold that the attempt expects */
  byte endSlice;
  byte cost;
  byte lateEnds
};

/* The sweeper's copy of a hold (lambdas/domain/wallet/sweep.ts). It ends one hold after the other. */
typedef Copy { bool isRead; byte owner; byte amount; byte slice };

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

#define IS_COVERED(r) (!s[r].live || p[r].phase != running || p[r].cover <= s[r].amount)

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
  assert(IS_COVERED(0));                                /* a running request never counts on more than is held */
  assert(IS_COVERED(1));                                /* a running request never counts on more than is held */
  assert(!closed || held == 0)                          /* nothing stays held when all requests have ended */
}

/* A charge, at its commit. heldThen: what the hold has then, or had when it expired. */
inline checkCharge(r, ofCost, heldThen) {
  assert(ofCost >= 0 && ofCost <= CEILING);                 /* a charge never exceeds the ceiling */
  assert(p[r].how != estimated || ofCost <= heldThen);    /* an estimate is charged up to what is held */
  assert(p[r].how != release || ofCost == 0);             /* a release charges nothing */
  assert(p[r].how != reported || !s[r].live || ofCost >= MIN(p[r].used, MIN(heldThen, CEILING))) /* reported usage is charged at least up to the hold */
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
  :: reply == done -> p[r].phase = running; p[r].amount = FIRST; p[r].slice = 0; p[r].cover = FIRST
  :: else -> forget(r)
  fi;
  printf("  request %d: the reply reaches its process\n", r + 1)
}

/* ---- Extend and shrink: holds/resize-hold.ts ---- */

/* The amounts that the call leaves in the hold are absolute. */
#define WANTED_HELD(r) (p[r].call == extension -> p[r].amount + WANTED : p[r].amount - RETURNED)
#define LEAST_HELD(r) (p[r].amount + LEAST)

/* `isAsKnown` (holds/hold.ts), as the condition of a change. */
#if defined(RESIZE_WITHOUT_SLICE)
#define MAY_RESIZE(r, n) (s[r].live && s[r].amount == p[r].base[n])
#elif defined(EXTENSION_UPSERTS)
#define MAY_RESIZE(r, n) (!s[r].live || (s[r].slice == n - 1 && s[r].amount == p[r].base[n]))
#else
#define MAY_RESIZE(r, n) (s[r].live && s[r].slice == n - 1 && s[r].amount == p[r].base[n])
#endif

#ifdef EXTENSION_IGNORES_AVAILABLE
#define IS_COVERING (true)
#else
#define IS_COVERING (available >= delta)
#endif
#ifdef EXTENSION_IGNORES_BUDGET
#define IS_WITHIN_BUDGET (true)
#else
#define IS_WITHIN_BUDGET (counted <= limit - delta)
#endif

/* The transaction of `resizeAttempt`, with the conditions of `changeBalance` and `resizeInBudgets`. */
inline resizeArrives(r, atSlice, amountThen) {
  delta = amountThen - p[r].base[atSlice];
  if
  :: !MAY_RESIZE(r, atSlice) -> reply = (s[r].live -> changed : absent)
  :: else ->
    if
    :: delta > 0 && !(IS_COVERING && IS_WITHIN_BUDGET) -> reply = shortage; left = LEFT
    :: else ->
      assert(delta >= 0 || held >= -delta);             /* held covers each live hold */
      assert(atSlice > s[r].slice || !s[r].live);             /* the slices of a hold only count up */
      s[r].amount = LIVE(r) + delta; s[r].slice = atSlice; s[r].live = true;
      available = available - delta; held = held + delta; counted = counted + delta;
      p[r].lateEnds = 0;
      reply = done;
      check()
    fi
  fi;
  printf("  request %d: an attempt at slice %d arrives, to have %d held instead of %d: %e\n", r + 1, atSlice, amountThen, amountThen - delta, reply);
  delta = 0
}

/* `resizeAttempt`: the next attempt of the call, which knows the hold as given. */
inline attemptResize(r, ofSlice, ofAmount) {
  p[r].next = ofSlice + 1; p[r].base[ofSlice + 1] = ofAmount; p[r].made = false
}

/* Nobody waits for the attempt any longer. One that was committed cannot meet its conditions again. */
inline leaveAttempt(r) {
  if
  :: p[r].call != nothing && !p[r].made -> p[r].late[p[r].next] = p[r].late[p[r].next] | (1 << p[r].target)
  :: else
  fi;
  p[r].made = false
}

/* The call returns. After HoldNotFound, a refusal or WalletUnavailable, its caller knows the hold as it did before. */
inline endCall(r) { p[r].call = nothing; p[r].next = 0; p[r].target = 0; p[r].made = false }

inline returnHold(r, ofSlice, ofAmount) {
  assert(p[r].call != extension || ofAmount >= LEAST_HELD(r)); /* an extension that succeeds is of use */
  assert(p[r].call != shrink || ofAmount <= WANTED_HELD(r)); /* a shrink that succeeds returns what its caller wanted */
#ifdef SEEK_LATE_EXTENSION
  assert(p[r].call != extension || ofSlice == p[r].slice + 1 || s[r].amount == WANTED_HELD(r)); /* sought */
#endif
#ifdef SEEK_LATE_SHRINK
  assert(p[r].call != extension || ofSlice == p[r].slice + 1 || p[r].base[ofSlice] >= p[r].amount); /* sought */
#endif
  p[r].slice = ofSlice; p[r].amount = ofAmount; p[r].cover = ofAmount;
  endCall(r);
  check()
}

/*
 * After a change that its caller did not know of (`ResizedBefore`), the next attempt leaves what the call wants, or
 * confirms a change that has already given as much.
 */
#ifdef ADOPTION_OF_ANY_AMOUNT
#define IS_ENOUGH(r) (true)
#else
#define IS_ENOUGH(r) (p[r].call == extension -> s[r].amount >= LEAST_HELD(r) : s[r].amount <= WANTED_HELD(r))
#endif
#ifdef RESIZE_BY_DIFFERENCE
#define NEXT_TARGET(r) (s[r].amount + WANTED_HELD(r) - p[r].amount)
#else
#define NEXT_TARGET(r) (IS_ENOUGH(r) -> s[r].amount : WANTED_HELD(r))
#endif

/* The reply reaches `extendHold` or `shrinkHold`. */
inline resizeReplied(r) {
  if
  :: reply == done -> returnHold(r, p[r].next, p[r].target)
  :: reply == absent -> leaveAttempt(r); endCall(r)     /* HoldNotFound */
  :: reply == changed ->
    assert(s[r].slice >= p[r].next);                    /* a resize never finds the ledger inconsistent */
    leaveAttempt(r);
    if
#ifdef ADOPTION_WITHOUT_CHANGE
    :: IS_ENOUGH(r) -> returnHold(r, s[r].slice, s[r].amount)
    :: !IS_ENOUGH(r) && s[r].slice < CHANGES -> p[r].target = NEXT_TARGET(r); attemptResize(r, s[r].slice, s[r].amount)
#else
    :: s[r].slice < CHANGES -> p[r].target = NEXT_TARGET(r); attemptResize(r, s[r].slice, s[r].amount)
#endif
    :: else -> endCall(r)                               /* the model ends here, as if with WalletUnavailable */
    fi
  :: reply == shortage ->
    assert(p[r].call == extension);                     /* a shrink never finds the ledger inconsistent */
    leaveAttempt(r);
    if
    :: p[r].base[p[r].next] + left >= LEAST_HELD(r) -> p[r].target = p[r].base[p[r].next] + left
    :: else -> endCall(r)                               /* InsufficientFunds, KeyLimitReached */
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

/* Whether the attempt expects the request to be as it is. It may then still arrive after another has replaced it. */
#define MAY_END(r) ((p[r].attempt == anEnd && s[r].live && p[r].endSlice == s[r].slice) || (p[r].attempt == anAdjustment && !s[r].adjusted))

inline leaveEnd(r) {
  if
  :: MAY_END(r) -> p[r].lateEnds = p[r].lateEnds | (1 << p[r].cost)
  :: else
  fi
}

/* One of several equal attempts suffices. */
inline replaceEnd(r) {
  if
  :: MAY_END(r) -> p[r].lateEnds = p[r].lateEnds & ~(1 << p[r].cost)
  :: else
  fi
}

/* `endAttempt`. `excess` is the most that the account can pay above the hold. */
inline planEnd(r, ofSlice, ofAmount, excess) {
  leaveEnd(r);
  p[r].attempt = anEnd;
  p[r].endSlice = ofSlice;
  p[r].endAmount = ofAmount;
  most = MOST(r, ofAmount);
  p[r].cost = MIN(p[r].used, MIN(most, ofAmount + excess));
  most = 0;
  replaceEnd(r)
}

#define UNLIMITED 100

#define IS_AS_KNOWN(r, ofSlice, ofAmount) (s[r].slice == ofSlice && s[r].amount == ofAmount)
#ifdef SETTLE_CHECKS_ONLY_EXISTENCE
#define MAY_SETTLE(r, ofSlice, ofAmount) (true)
#elif defined(END_WITHOUT_SLICE)
#define MAY_SETTLE(r, ofSlice, ofAmount) (s[r].amount == ofAmount)
#elif defined(END_WITHOUT_AMOUNT)
#define MAY_SETTLE(r, ofSlice, ofAmount) (s[r].slice == ofSlice)
#else
#define MAY_SETTLE(r, ofSlice, ofAmount) IS_AS_KNOWN(r, ofSlice, ofAmount)
#endif

#ifdef SETTLE_IGNORES_BUDGET
#define IS_SHORT(excess) (excess > 0 && available < excess)
#elif defined(SETTLE_IGNORES_AVAILABLE)
#define IS_SHORT(excess) (excess > 0 && counted > limit - excess)
#else
#define IS_SHORT(excess) (excess > 0 && (available < excess || counted > limit - excess))
#endif

/* The transaction of `endWrites`. Its token needs no step: a hold that has ended never exists again. */
inline endArrives(r, ofSlice, ofAmount, ofCost) {
  delta = ofCost - ofAmount;
  if
  :: !s[r].live -> reply = absent
  :: s[r].live && !MAY_SETTLE(r, ofSlice, ofAmount) -> reply = changed
  :: else ->
    assert(s[r].entry == nothing);                      /* a request ends at most once */
    assert(held >= ofAmount);                           /* held covers each live hold */
    if
    :: IS_SHORT(delta) -> reply = shortage; left = LEFT
    :: else ->
#ifdef SEEK_PARTIAL_EXCESS
      assert(delta <= 0 || ofCost == MIN(p[r].used, CEILING)); /* sought */
#endif
      checkCharge(r, ofCost, s[r].amount);
      s[r].live = false; s[r].entry = charge; s[r].amountAtEnd = s[r].amount; s[r].charged = ofCost;
      held = held - ofAmount;
      s[r].amount = 0; s[r].slice = 0;
      available = available - delta;
      counted = counted + delta;
      spent = spent + ofCost;
      p[r].lateEnds = 0;
      reply = done;
      check()
    fi
  fi;
  delta = 0;
  printf("  request %d: an attempt to end it at slice %d with %d held and a charge of %d arrives: %e\n", r + 1, ofSlice, ofAmount, ofCost, reply)
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
  leaveEnd(r);
  p[r].attempt = anAdjustment;
  p[r].endSlice = 0; p[r].endAmount = 0;
  most = MOST(r, EXPIRED_AMOUNT(r));
  p[r].cost = MIN(p[r].used, MIN(most, LEFT));
  most = 0;
  replaceEnd(r)
}

#ifdef LATE_SETTLE_REPEATS
#define IS_ADJUSTED(r) (false)
#else
#define IS_ADJUSTED(r) (s[r].adjusted)
#endif
#ifdef LATE_SETTLE_IGNORES_BALANCE
#define IS_SPENT(ofCost) (counted > limit - ofCost)
#elif defined(LATE_SETTLE_IGNORES_BUDGET)
#define IS_SPENT(ofCost) (available < ofCost)
#else
#define IS_SPENT(ofCost) (available < ofCost || counted > limit - ofCost)
#endif

/* The transaction of `adjustmentOf`. */
inline adjustmentArrives(r, ofCost) {
  if
  :: IS_ADJUSTED(r) -> reply = done
  :: !IS_ADJUSTED(r) && IS_SPENT(ofCost) -> reply = shortage
  :: else ->
#ifdef SEEK_LATE_CHARGE
    assert(ofCost == 0 || ofCost == MIN(p[r].used, CEILING)); /* sought */
#endif
    checkCharge(r, ofCost, s[r].amountAtEnd);
    assert(s[r].entry == expire && !s[r].adjusted);     /* a late charge follows an expiry, once */
    s[r].adjusted = true; s[r].charged = ofCost;
    available = available - ofCost; counted = counted + ofCost; spent = spent + ofCost;
    p[r].lateEnds = 0;
    reply = done;
    check()
  fi;
  printf("  request %d: an attempt to charge %d after the expiry arrives: %e\n", r + 1, ofCost, reply)
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
    p[r].lateEnds = 0;
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
  leaveAttempt(r); endCall(r);
  p[r].phase = gone; p[r].amount = 0; p[r].slice = 0; p[r].cover = 0
}

/* The process has its answer. A repeat of its last attempt would change nothing, as another step shows. */
inline finish(r) {
  forget(r);
  p[r].attempt = nothing; p[r].how = nothing; p[r].used = 0; p[r].cost = 0; p[r].endSlice = 0; p[r].endAmount = 0;
  p[r].lateEnds = 0
}

/* Attempts at a slice that nobody waits for, and that cannot meet their conditions again. */
#if defined(RESIZE_WITHOUT_SLICE) || defined(EXTENSION_UPSERTS)
#define IS_OVER(r, n) (false)
#else
#define IS_OVER(r, n) (s[r].reserved && (!s[r].live || s[r].slice >= n) && p[r].next != n)
#endif

/*
 * Forgets what has no effect any more, which keeps the number of states small. Slices only count up, and a hold that
 * has ended never exists again, so nothing that expects an earlier state commits; only a sender that waits for the
 * reply learns something from it.
 */
inline tidy(r) {
  reply = nothing;
  left = 0;
  if
  :: IS_OVER(r, 1) -> p[r].late[1] = 0; p[r].base[1] = 0
  :: else
  fi;
  if
  :: IS_OVER(r, 2) -> p[r].late[2] = 0; p[r].base[2] = 0
  :: else
  fi;
  if
  :: p[r].phase != running -> p[r].cover = 0
  :: else
  fi;
  if
  :: s[r].reserved && !s[r].live ->
    p[r].cover = 0;
    if
    :: p[r].phase == gone && (p[r].attempt == anEnd && p[r].lateEnds == 0 || s[r].adjusted) -> finish(r)
    :: else
    fi;
    if
    :: s[r].entry == charge || s[r].adjusted -> s[r].amountAtEnd = 0
    :: else
    fi;
    if
    :: p[r].phase == gone && p[r].attempt == nothing -> s[r].amountAtEnd = 0; s[r].entry = charge; s[r].adjusted = false
    :: else
    fi;
    if
    :: w.isRead && w.owner == r -> w.isRead = false; w.owner = 0; w.slice = 0; w.amount = 0
    :: else
    fi
  :: else
  fi
}

#define MAY_CALL(r) (p[r].phase == running && p[r].call == nothing && p[r].slice < CHANGES)
#define BEGAN(r) (p[r].phase != unsent)

/* A caller cannot count on what a shrink may have returned (`shrinkHold`). */
#ifdef SHRINK_OF_UNKNOWN_OUTCOME_FORGOTTEN
#define COVER_IN_CALL(r) (p[r].cover)
#else
#define COVER_IN_CALL(r) (MIN(p[r].cover, WANTED_HELD(r)))
#endif

inline beginCall(r, kind) {
  p[r].call = kind;
  p[r].cover = COVER_IN_CALL(r);
  p[r].target = WANTED_HELD(r); attemptResize(r, p[r].slice, p[r].amount);
  printf("  request %d: calls for an %e of its %d at slice %d\n", r + 1, kind, p[r].amount, p[r].slice)
}

inline giveUp(r) {
  leaveAttempt(r); endCall(r);
  printf("  request %d: gives up the call (WalletUnavailable)\n", r + 1)
}

inline beginEnd(r, kind, total) {
  leaveAttempt(r); endCall(r);
  p[r].phase = ending; p[r].how = kind; p[r].used = total;
  planEnd(r, p[r].slice, p[r].amount, UNLIMITED);
  printf("  request %d: ends (%e) with a cost of %d, knowing of slice %d with %d held\n", r + 1, kind, total, p[r].slice, p[r].amount);
  tidy(r)
}

/* Steps of attempts that nobody waits for. */
#define LATE(r, n, ofAmount) d_step { (p[r].late[n] & (1 << ofAmount)) != 0 -> resizeArrives(r, n, ofAmount); tidy(r) }
#define LATE_END(r, ofCost) d_step { s[r].live && (p[r].lateEnds & (1 << ofCost)) != 0 -> endArrives(r, s[r].slice, s[r].amount, ofCost); tidy(r) }
#define LATE_ADJUSTMENT(r, ofCost) d_step { !s[r].live && (p[r].lateEnds & (1 << ofCost)) != 0 -> adjustmentArrives(r, ofCost); tidy(r) }

/*
 * A request, from its admission to the last attempt that it has sent. Of two steps that differ in `Replied`, the one
 * without it is the lost reply.
 */
proctype Request(byte r) {
end:
  do
  :: d_step { !BEGAN(r) && (r == 0 || BEGAN(0)) -> p[r].phase = reserving; printf("  request %d: reserves\n", r + 1) }
  :: d_step { BEGAN(r) && !closed -> reserveArrives(r); tidy(r) }
  :: d_step { p[r].phase == reserving -> reserveArrives(r); reserveReplied(r); tidy(r) }

  :: d_step { MAY_CALL(r) -> beginCall(r, extension) }
  :: d_step { MAY_CALL(r) && p[r].amount >= RETURNED -> beginCall(r, shrink) }
  :: d_step { p[r].call != nothing -> resizeArrives(r, p[r].next, p[r].target); p[r].made = p[r].made || reply == done; tidy(r) }
  :: d_step { p[r].call != nothing -> resizeArrives(r, p[r].next, p[r].target); resizeReplied(r); tidy(r) }
  /* Within the lifetime of its token, a repeat of what was committed is only acknowledged. */
  :: d_step { p[r].made -> reply = done; resizeReplied(r); tidy(r) }
  :: d_step { p[r].call != nothing -> giveUp(r); tidy(r) }
  :: LATE(r, 1, 0)
  :: LATE(r, 1, 1)
  :: LATE(r, 1, 2)
  :: LATE(r, 1, 3)
  :: LATE(r, 2, 0)
  :: LATE(r, 2, 1)
  :: LATE(r, 2, 2)
  :: LATE(r, 2, 3)
  :: LATE(r, 2, 4)
  :: LATE(r, 2, 5)

  /* The answer is complete, was cut, or was cancelled, also while a change is in flight. */
  :: d_step { p[r].phase == running -> beginEnd(r, reported, 4) }
  :: d_step { p[r].phase == running -> beginEnd(r, estimated, 4) }
  :: d_step { p[r].phase == running -> beginEnd(r, release, 0) }
  :: d_step { p[r].attempt == anEnd -> endArrives(r, p[r].endSlice, p[r].endAmount, p[r].cost); tidy(r) }
  :: d_step { p[r].attempt == anEnd && p[r].phase == ending -> endArrives(r, p[r].endSlice, p[r].endAmount, p[r].cost); endReplied(r); tidy(r) }
  :: LATE_END(r, 0)
  :: LATE_END(r, 1)
  :: LATE_END(r, 2)
  :: LATE_END(r, 3)
  :: LATE_END(r, 4)
  :: d_step { p[r].attempt == anAdjustment -> adjustmentArrives(r, p[r].cost); tidy(r) }
  :: d_step { p[r].attempt == anAdjustment && p[r].phase == ending -> adjustmentArrives(r, p[r].cost); adjustmentReplied(r); tidy(r) }
  :: LATE_ADJUSTMENT(r, 1)
  :: LATE_ADJUSTMENT(r, 2)
  :: LATE_ADJUSTMENT(r, 3)
  :: LATE_ADJUSTMENT(r, 4)
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
      p[i].phase = unsent; p[i].call = nothing; p[i].how = nothing; p[i].attempt = nothing; s[i].entry = nothing
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
