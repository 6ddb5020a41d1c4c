/* Reads: what is announced, to whom, and when a linearizable read may answer.

   Invariant: a read returns a state no older than any that anybody, anywhere, had been shown when it
   was called. As slots are applied in one order (ballots.pml), a state is the number of slots applied.
   `seen` is the newest state that was shown: whatever a replica applies its clients may see.

   Rules
    R1  A leader announces a slot once it is chosen, its own no-op is chosen, its wait is over and it
        has applied the slot itself. Only announced slots are told: watermarks, catch-up, and what is
        written to disk as known chosen.
    R2  A read by lease: load the expiry, then read the clock, then the state. There is no expiry
        before the own no-op is applied and the wait is over.
    R3  A read by round: a quorum answers a heartbeat that was sent after the read was called. An
        acceptor does not answer a ballot below its promise.
    R4  A read at a follower: it asks the leader, which answers by R2 or R3 with the slot that it has
        applied. The follower waits until it has applied that.

   Taken from leases.pml: a lease is got with the consent of a quorum that has promised nothing
   higher, and no higher ballot's wait ends while it runs. Clocks are perfect here. From ballots.pml:
   a new leader finds every slot that may be chosen, and values do not change.

   Abstraction
    - A leader sends accepts in order, for all slots there are, as soon as it leads. What was sent
      may be taken by anybody at any time or never; a slot that nobody takes was not proposed.
      Promises and acknowledgements are counted in the step that sends them or not at all, as in
      ballots.pml. A leader never learns of a higher ballot.
    - One reader, at any replica, again and again. It is a thread of its own: between the steps of a
      read anything may happen, for any time. That is where it stands still at the worst moment.
    - Each event is one d_step, one turn of one replica or one step of the reader: its outcome is
      fixed by its guard.

   Size: N replicas, BALLOTS ballots, SLOTS slots, a lease of LEASE ticks, RESTARTS restarts. */

#ifndef BALLOTS
#define BALLOTS 2
#endif
#ifndef SLOTS
#define SLOTS 3
#endif
#ifndef LEASE
#define LEASE 1
#endif
#ifndef RESTARTS
#define RESTARTS 1
#endif
#define N 3
#ifdef RETURNING                 /* the first ballot's replica has the third one too */
#define OWNER(b) (((b) - 1) % 2)
#else
#define OWNER(b) (((b) - 1) % N)
#endif
#define QUORUM(set) ((set) == 3 || (set) >= 5)
#define QUORUM_OF(x,y,z) ((x) + (y) + (z) >= 2)

#define EACH_R(e)  :: e(0) :: e(1) :: e(2)
#define EACH_RR(e) :: e(0,1) :: e(0,2) :: e(1,0) :: e(1,2) :: e(2,0) :: e(2,1)
#if BALLOTS == 2
#define EACH_B(e)  :: e(1) :: e(2)
#define EACH_RB(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(0,2) :: e(1,2) :: e(2,2)
#else
#define EACH_B(e)  :: e(1) :: e(2) :: e(3)
#define EACH_RB(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(0,2) :: e(1,2) :: e(2,2) \
                   :: e(0,3) :: e(1,3) :: e(2,3)
#endif

/* A replica. Slots count from 1. */
byte promised[N];
byte top[N];                     /* the last slot that it has accepted, under whatever ballot */
byte applied[N];                 /* as known chosen */
byte restarts;

/* A ballot. */
#define IDLE    0
#define ASKING  1
#define LEADING 2                /* replicates */
#define OPEN    3                /* and its wait is over */
#define ENDED   4
byte stage[BALLOTS + 1];
byte promises[BALLOTS + 1];
byte noop[BALLOTS + 1];          /* while asking: the last slot reported */
byte through[(BALLOTS + 1) * N]; /* acknowledged */
byte told[BALLOTS + 1];          /* the watermark that it has sent */
byte lease[BALLOTS + 1];         /* what remains; at its replica none unless it is OPEN */
#define THROUGH(b,r) through[(b) * N + (r)]

byte seen;

/* The reader. */
#define NO_READ  0
#define CALLED   1
#define LOADED   2
#define MAY_READ 3
#define POINTED  4
byte reading;
byte at;                         /* which replica */
byte need;                       /* what was seen when it was called */
byte expiry;                     /* as loaded: what remains until then */
byte point;                      /* the slot that a follower waits for */
#ifdef STATE_FIRST                /* the state, then the lease */
byte state;
#define NOTE(r) state = applied[r]
#define STATE state
#else
#define NOTE(r) skip
#define STATE applied[at]
#endif

byte k;
#define DONE k = 0

inline apply(r) {
    applied[r]++;
    if :: seen < applied[r] -> seen = applied[r] :: else fi
}

/* --- Leading --- */

#define START(b) d_step { stage[b] == IDLE && promised[OWNER(b)] < b ->  \
    stage[b] = ASKING; promised[OWNER(b)] = b; promises[b] = 1 << OWNER(b);  \
    noop[b] = top[OWNER(b)] }

#define PROMISE(r,b) d_step { stage[b] == ASKING && promised[r] <= b && (promises[b] & (1 << r)) == 0 ->  \
    promised[r] = b; promises[b] = promises[b] | (1 << r);  \
    if :: noop[b] < top[r] -> noop[b] = top[r] :: else fi; DONE }

#define LEAD(b) d_step { stage[b] == ASKING && QUORUM(promises[b]) && noop[b] < SLOTS ->  \
    stage[b] = LEADING; promises[b] = 0; noop[b]++ }

#define ACCEPT(r,b) d_step { stage[b] >= LEADING && THROUGH(b,r) < SLOTS && promised[r] <= b ->  \
    promised[r] = b; THROUGH(b,r)++;  \
    if :: top[r] < THROUGH(b,r) -> top[r] = THROUGH(b,r) :: else fi; DONE }

#define CHOSEN(b,s) QUORUM_OF(THROUGH(b,0) >= (s), THROUGH(b,1) >= (s), THROUGH(b,2) >= (s))

/* leases.pml: not while a lower ballot's lease runs. */
#ifdef NO_WAIT
#define NO_LOWER_LEASE(b) true
#elif BALLOTS == 2
#define NO_LOWER_LEASE(b) (b < 2 || lease[1] == 0)
#else
#define NO_LOWER_LEASE(b) ((b < 2 || lease[1] == 0) && (b < 3 || lease[2] == 0))
#endif
#define OPEN_UP(b) d_step { stage[b] == LEADING && NO_LOWER_LEASE(b) -> stage[b] = OPEN }

#ifdef READ_BEFORE_NOOP
#define SERVES(b) (stage[b] == OPEN)
#else
#define SERVES(b) (stage[b] == OPEN && applied[OWNER(b)] >= noop[b])
#endif
#define RENEW(b) d_step { SERVES(b) && lease[b] < LEASE  \
    && QUORUM_OF(promised[0] <= b, promised[1] <= b, promised[2] <= b) -> lease[b] = LEASE }

/* --- Announcing: R1 --- */

#ifdef APPLIED_BEFORE_WAIT                     /* and read, by round */
#define MAY_APPLY(b) (stage[b] >= LEADING && stage[b] != ENDED)
#undef SERVES
#define SERVES(b) (stage[b] >= LEADING && stage[b] != ENDED && applied[OWNER(b)] >= noop[b])
#else
#define MAY_APPLY(b) (stage[b] == OPEN)
#endif
#define APPLY(b) d_step { MAY_APPLY(b) && applied[OWNER(b)] < SLOTS && CHOSEN(b,noop[b])  \
    && CHOSEN(b,applied[OWNER(b)] + 1) ->  \
    apply(OWNER(b)); TELL(b) }
#define TELL(b) if :: told[b] < applied[OWNER(b)] -> told[b] = applied[OWNER(b)] :: else fi; DONE

/* Tells what is chosen before it has applied it itself: when it may, or before its wait is over. */
#if defined(TOLD_BEFORE_APPLIED)
#define MAY_TELL(b) (stage[b] == OPEN)
#elif defined(TOLD_BEFORE_WAIT)
#define MAY_TELL(b) (stage[b] == LEADING)
#else
#define MAY_TELL(b) false
#endif
#define TELL_CHOSEN(b) d_step { MAY_TELL(b) && told[b] < SLOTS && CHOSEN(b,noop[b])  \
    && CHOSEN(b,told[b] + 1) -> told[b]++ }

#define FOLLOW(r,b) d_step { promised[r] <= b && r != OWNER(b) && applied[r] < told[b]  \
    && applied[r] < THROUGH(b,r) -> apply(r); DONE }

#ifdef CATCH_UP_UNANNOUNCED                    /* serves what is chosen */
#define SERVED(r,b) (stage[b] == LEADING && applied[r] < SLOTS && CHOSEN(b,applied[r] + 1))
#define CATCH_UP(r,b) d_step { SERVED(r,b) && r != OWNER(b) -> apply(r); DONE }
#endif
#define FETCH(r,c) d_step { applied[r] < applied[c] -> apply(r); DONE }

/* Of what was known chosen nothing was written down yet. PERSISTED_UNANNOUNCED: all that the leader
   knew to be chosen was, and it is taken for announced. */
#ifdef PERSISTED_UNANNOUNCED
#define RECOVER(r) \
    for (k : 1 .. BALLOTS) {  \
        if :: OWNER(k) == r && stage[k] == LEADING ->  \
              do :: applied[r] < SLOTS && CHOSEN(k,applied[r] + 1) -> apply(r) :: else -> break od  \
           :: else fi }
#else
#define RECOVER(r) applied[r] = 0
#endif
#define RESTART(r) d_step { restarts < RESTARTS -> restarts++; RECOVER(r);  \
    for (k : 1 .. BALLOTS) {  \
        if :: OWNER(k) == r && stage[k] >= LEADING -> stage[k] = ENDED  \
           :: OWNER(k) == r && stage[k] == ASKING -> stage[k] = ENDED; promises[k] = 0; noop[k] = 0  \
           :: else fi };  \
    if :: reading != NO_READ && at == r -> FORGET_READ  \
       :: else fi; DONE }
#define FORGET_READ reading = NO_READ; at = 0; need = 0; expiry = 0; point = 0

/* --- Reading --- */

#define CALL(r) d_step { reading == NO_READ -> reading = CALLED; at = r; need = seen; NOTE(r) }

#define ANSWER d_step { reading == MAY_READ -> assert(STATE >= need); REACHED; FORGET_READ }

/* R2 */
#ifdef LEASE_NOT_CHECKED                       /* it had a lease and heard of no other leader */
#define LOAD(b) d_step { reading == CALLED && OWNER(b) == at && SERVES(b) -> reading = MAY_READ }
#else
#define LOAD(b) d_step { reading == CALLED && OWNER(b) == at && stage[b] == OPEN && lease[b] > 0 ->  \
    reading = LOADED; expiry = lease[b] }
#endif
#define CHECK d_step { reading == LOADED && expiry > 0 -> reading = MAY_READ; expiry = 0 }
#define TOO_LATE d_step { reading == LOADED && expiry == 0 -> reading = CALLED }

/* R3. Answered at once by all that ever may, as promises only grow: later it is confirmed, if at all,
   with a point that is no lower. */
#ifdef OLD_ROUND_ANSWERED
#define ANSWERED(b) true
#else
#define ANSWERED(b) QUORUM_OF(promised[0] <= b, promised[1] <= b, promised[2] <= b)
#endif
#ifdef ROUND_JOINED                            /* that is under way when the read is called */
byte round;
#define ASK(b) d_step { reading == NO_READ && SERVES(b) && ANSWERED(b) -> round = b }
#define CONFIRMED(b) (round == b)
#else
#define CONFIRMED(b) ANSWERED(b)
#endif
#define ROUND(b) d_step { reading == CALLED && SERVES(b) && CONFIRMED(b) ->  \
    if :: OWNER(b) == at -> reading = MAY_READ  \
       :: else -> reading = POINTED; point = applied[OWNER(b)] fi; DONE }

/* R4 */
#ifdef POINT_WITHOUT_CHECK                     /* by neither lease nor round */
#define MAY_POINT(b) SERVES(b)
#else
#define MAY_POINT(b) (stage[b] == OPEN && lease[b] > 0)
#endif
#define POINT(b) d_step { reading == CALLED && OWNER(b) != at && MAY_POINT(b) ->  \
    reading = POINTED; point = applied[OWNER(b)] }
#ifdef FOLLOWER_READS_AT_ONCE
#define REACH_POINT d_step { reading == POINTED -> reading = MAY_READ }
#else
#define REACH_POINT d_step { reading == POINTED && applied[at] >= point -> reading = MAY_READ }
#endif

/* --- Time --- */

#define LESS(x) x = (x > 0 -> x - 1 : 0)
#define TICK d_step { (lease[1] > 0 || lease[2] > 0 || lease[BALLOTS] > 0 || expiry > 0) ->  \
    for (k : 1 .. BALLOTS) { LESS(lease[k]) }; LESS(expiry); DONE }

/* That the checks are not about nothing: each of these must be violated. */
#if defined(REACH_LEASE_READ)       /* under the second leader's lease */
#define REACHED assert(!(stage[1] == OPEN && at == 1 && lease[2] > 0 && noop[2] > 1 && need > 1))
#elif defined(REACH_LATE_READ)      /* allowed by a lease that is over when the state is read */
#define REACHED assert(!(stage[2] == OPEN && at == 0 && stage[1] == OPEN && seen > need))
#elif defined(REACH_FOLLOWER_READ)  /* at a replica that never led, of the second leader's state */
#define REACHED assert(!(at == 2 && point >= noop[2] && stage[2] == OPEN && need > 0))
#else
#define REACHED skip
#endif

init {
end:do
    EACH_B(START)
    EACH_RB(PROMISE)
    EACH_B(LEAD)
    EACH_RB(ACCEPT)
    EACH_B(OPEN_UP)
    EACH_B(RENEW)
    EACH_B(APPLY)
    EACH_B(TELL_CHOSEN)
    EACH_RB(FOLLOW)
    EACH_RR(FETCH)
#ifdef CATCH_UP_UNANNOUNCED
    EACH_RB(CATCH_UP)
#endif
    EACH_R(RESTART)
    EACH_R(CALL)
    EACH_B(LOAD)
    :: CHECK
    :: TOO_LATE
#ifdef ROUND_JOINED
    EACH_B(ASK)
#endif
    EACH_B(ROUND)
    EACH_B(POINT)
    :: REACH_POINT
    :: ANSWER
    :: TICK
    od
}
