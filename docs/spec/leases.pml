/* Leases: grants by duration on clocks that drift, hand-overs, restarts, prepare early and announce
   late.

   After "Leases" (Gray, Cheriton, 1989): no clock is set by another, only rates are bounded.

   Invariant: while the lease of a ballot holds, no higher ballot may announce. So there is one lease
   at a moment, and what its holder has applied is all that anybody may have seen.

   Rules
    L1  A leader may announce and asks for grants once its wait is over. It stamps each question with
        its own clock. Its lease holds while its clock is below the quorum-th newest answered stamp
        + SPAN, with SPAN = T(1-rho)/(1+rho).
    L2  An acceptor that takes a stamp of a ballot not below any that it has promised or granted
        remembers the grant until receipt + T on its own clock, and answers.
    L3  From the step in which it promises b on, it grants nothing below b. Its promise says what
        remains of the longest grant that it remembers, the candidate's own acceptor like any other.
    L4  A candidate's wait ends when for a quorum of promises the remainder has passed on its own
        clock since their receipt.
    L5  A restart forgets the grants. For T since its start the acceptor reports what remains of T,
        to everybody, itself included. T is the longest that was ever granted; it is durable first.
        An acceptor grants nothing to a leader with another T (T_CHANGES).
    L6  A replica that has started again holds no lease: its prepares, and what else names its start,
        end the grants to its own earlier starts, and to nobody else.
    L7  A hand-over: the leader voids its lease, then sends the release. An acceptor that takes the
        release forgets the grant to that ballot and to no other. The ballot asks no more.

   Clocks. At each tick of true time each replica's clock goes on by SLOW or by FAST, chosen anew for
   each; (1-rho)/(1+rho) = SLOW/FAST, so that the bound is met with equality. Only remainders are
   kept, which count down with the clock of whoever keeps them: there is no horizon.

   The leader is as greedy as the rules allow. It asks at every moment and reads at every moment: the
   invariant is looked at after each step that may give a lease or permission to announce. It never
   learns of a higher ballot; its own acceptor promising another does not stop it. An election of its
   own leaves its older ballots' leases alone.

   Abstraction
    - A stamp may be taken by anybody at any time, or never. Of all that are under way only the newest
      is kept, as what it is still worth: an older one would give the same grant for a shorter lease.
    - An answer is counted in the step that grants, or never. Later it would be worth the same.
    - A promise is received in the step that sends it. Later, the wait would end later. A promise that
      is not durable yet, lost by a crash, is one that was never made.
    - A leader announces from the end of its wait on: what it must choose before (see reads.pml) only
      comes later.
    - Each event is one d_step: one turn of one replica, its outcome fixed by its guard; a tick is one
      for all, as there is one true time.

   Size: N replicas, BALLOTS ballots, RESTARTS restarts in all, T, SLOW, FAST. */

#ifndef BALLOTS
#define BALLOTS 2
#endif
#ifndef RESTARTS
#define RESTARTS 1
#endif
#ifndef T
#define T 4
#endif
#ifndef SLOW
#define SLOW 1
#define FAST 2
#endif
#define N 3
#ifdef RETURNING                 /* the first ballot's replica has the third one too */
#define OWNER(b) (((b) - 1) % 2)
#else
#define OWNER(b) (((b) - 1) % N)
#endif

#define QUORUM(set) ((set) == 3 || (set) >= 5)

/* L1 */
#if defined(NO_RHO)
#define WORTH(t) (t)
#elif defined(LEASE_ONE_TICK_LONG)
#define WORTH(t) ((t) * SLOW / FAST + 1)
#else
#define WORTH(t) ((t) * SLOW / FAST)
#endif

#define EACH_R(e)  :: e(0) :: e(1) :: e(2)
#if BALLOTS == 2
#define EACH_B(e)  :: e(1) :: e(2)
#define EACH_AB(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(0,2) :: e(1,2) :: e(2,2)
#elif BALLOTS == 3
#define EACH_B(e)  :: e(1) :: e(2) :: e(3)
#define EACH_AB(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(0,2) :: e(1,2) :: e(2,2) \
                   :: e(0,3) :: e(1,3) :: e(2,3)
#endif

/* A replica as acceptor. */
byte promised[N];                /* durable */
byte floor[N];                   /* nothing below is granted */
byte grant[N * (BALLOTS + 1)];   /* what remains of it */
byte forgotten[N];               /* what remains of grants that a restart forgot */
byte starts[N];
byte restarts;
#define GRANT(a,b) grant[(a) * (BALLOTS + 1) + (b)]

/* A ballot. */
#define IDLE     0
#define ASKING   1
#define OPEN     2               /* the wait is over */
#define RELEASED 3
#define ENDED    4               /* its replica started again */
byte stage[BALLOTS + 1];
byte opened;                     /* the highest ballot that may announce, or could once */
byte start_of[BALLOTS + 1];      /* its replica's start number */
byte wait[(BALLOTS + 1) * N];    /* what remains of a promise's remainder; NO_PROMISE: none came */
byte stamp[BALLOTS + 1];         /* what the newest stamp under way is worth */
byte lease[(BALLOTS + 1) * N];   /* what the newest answered stamp is worth, by acceptor */
byte releases;                   /* under way for ever: a set of ballots */
#define NO_PROMISE 255
#define WAIT(b,a)  wait[(b) * N + (a)]
#define LEASE(b,a) lease[(b) * N + (a)]

byte k, m;                       /* within one event */
#define DONE k = 0; m = 0

#ifdef T_CHANGES                 /* each restart may come with another T */
#define T_LOW FAST
byte setting[N];
byte longest[N];                 /* durable */
byte t_of[BALLOTS + 1];
#define T_AT(a) setting[a]
#define T_OF(b) t_of[b]
#else
#define T_AT(a) T
#define T_OF(b) T
#endif

#if defined(LEASE_FROM_ANY_GRANT)
#define HOLDS(b) (stage[b] == OPEN && (LEASE(b,0) > 0 || LEASE(b,1) > 0 || LEASE(b,2) > 0))
#else
#define HOLDS(b) (stage[b] == OPEN && ((LEASE(b,0) > 0) + (LEASE(b,1) > 0) + (LEASE(b,2) > 0) >= 2))
#endif

/* The invariant, where it may come to be violated. */
inline check() {
    for (k : 1 .. BALLOTS) { assert(!(HOLDS(k) && opened > k)) }
    DONE
}

/* --- Phase 1 --- */

/* L6: whose grants do not bar ballot b? */
#define ENDS(b,other) (OWNER(other) == OWNER(b) && start_of[other] < start_of[b])
#ifdef REPLACEMENT_ENDS                        /* 1 stands for a replica that replaced 0 under its id */
#undef ENDS
#define ENDS(b,other) ((OWNER(other) == OWNER(b) && start_of[other] < start_of[b])  \
    || (OWNER(b) == 1 && OWNER(other) == 0))
#endif

/* L3, L5. */
inline remainder(a, b) {
#ifdef FORGOTTEN_NOT_FOR_SELF
    m = (OWNER(b) == a -> 0 : forgotten[a]);
#else
    m = forgotten[a];
#endif
    for (k : 1 .. BALLOTS) {
        if :: GRANT(a,k) > m && !ENDS(b,k) -> m = GRANT(a,k) :: else fi
    }
#ifdef OWN_GRANT_NOT_WAITED_FOR
    if :: OWNER(b) == a -> m = 0 :: else fi;
#endif
#ifdef WAIT_ONE_TICK_SHORT
    if :: m > FAST -> m = m - FAST :: else m = 0 fi;
#endif
    WAIT(b,a) = m
}

inline promise(a, b) {
    promised[a] = b;
    if :: floor[a] < b -> floor[a] = b :: else fi;
    remainder(a, b)
}

#define START(b) d_step { stage[b] == IDLE && promised[OWNER(b)] < b ->  \
    stage[b] = ASKING; start_of[b] = starts[OWNER(b)]; SET_T(b);  \
    for (k : 0 .. N - 1) { WAIT(b,k) = NO_PROMISE };  \
    promise(OWNER(b), b); DONE }
#ifdef T_CHANGES
#define SET_T(b) t_of[b] = setting[OWNER(b)]
#else
#define SET_T(b) skip
#endif

#define PROMISE(a,b) d_step { stage[b] == ASKING && promised[a] <= b ->  \
    promise(a, b); DONE }

/* L4. */
#if defined(NO_WAIT)
#define WAITED(b,a) (WAIT(b,a) != NO_PROMISE)
#else
#define WAITED(b,a) (WAIT(b,a) == 0)
#endif
#if defined(WAIT_FOR_ONE)                      /* the smallest remainder, not the quorum-th */
#define WAIT_IS_OVER(b) ((WAITED(b,0) || WAITED(b,1) || WAITED(b,2)) &&  \
    (WAIT(b,0) != NO_PROMISE) + (WAIT(b,1) != NO_PROMISE) + (WAIT(b,2) != NO_PROMISE) >= 2)
#else
#define WAIT_IS_OVER(b) (WAITED(b,0) + WAITED(b,1) + WAITED(b,2) >= 2)
#endif
#define OPEN_UP(b) d_step { stage[b] == ASKING && WAIT_IS_OVER(b) ->  \
    stage[b] = OPEN; stamp[b] = WORTH(T_OF(b)); if :: opened < b -> opened = b :: else fi;  \
    for (k : 0 .. N - 1) { WAIT(b,k) = 0 };  \
    REACHED_OPEN(b); check() }

/* --- Grants --- */

#ifdef T_CHANGES
#ifdef T_NOT_COMPARED
#define SAME_T(a,b) (longest[a] >= setting[a])
#elif defined(T_NOT_DURABLE)
#define SAME_T(a,b) (setting[a] == t_of[b])
#else
#define SAME_T(a,b) (setting[a] == t_of[b] && longest[a] >= setting[a])
#endif
#else
#define SAME_T(a,b) true
#endif

#if defined(GRANT_ONE_TICK_SHORT)
#define REMEMBERED(a) (T_AT(a) - FAST)
#elif defined(GRANT_BORN_OLD)                  /* the clock was read before the last input came */
byte last_tick[N];
#define REMEMBERED(a) (T_AT(a) - last_tick[a])
#else
#define REMEMBERED(a) T_AT(a)
#endif

/* L1, L2. */
#ifdef GRANT_BELOW_PROMISE                     /* goes on granting to the ballot before */
#define MAY_GRANT(a,b) (stamp[b] > 0 && SAME_T(a,b))
#else
#define MAY_GRANT(a,b) (stamp[b] > 0 && promised[a] <= b && floor[a] <= b && SAME_T(a,b))
#endif
#define NEWS(a,b) (GRANT(a,b) < REMEMBERED(a) || floor[a] < b  \
    || (stage[b] == OPEN && LEASE(b,a) < stamp[b]))
#ifdef RECORDED_BY_DISK                        /* the grant is recorded when the disk has answered */
byte pending[(BALLOTS + 1) * N];
#define PENDING(b,a) pending[(b) * N + (a)]
#define TAKE(a,b) d_step { MAY_GRANT(a,b) && PENDING(b,a) < stamp[b] ->  \
    if :: floor[a] < b -> floor[a] = b :: else fi; PENDING(b,a) = stamp[b] }
#define RECORD(a,b) d_step { PENDING(b,a) > 0 ->  \
    GRANT(a,b) = T_AT(a);  \
    if :: stage[b] == OPEN && LEASE(b,a) < PENDING(b,a) -> LEASE(b,a) = PENDING(b,a) :: else fi;  \
    PENDING(b,a) = 0; check() }
#endif
#define GIVE(a,b) d_step { MAY_GRANT(a,b) && NEWS(a,b) ->  \
    if :: floor[a] < b -> floor[a] = b :: else fi; GRANT(a,b) = REMEMBERED(a);  \
    if :: stage[b] == OPEN && LEASE(b,a) < stamp[b] -> LEASE(b,a) = stamp[b] :: else fi;  \
    REACHED_GRANT(b); check() }

/* LEASE_FROM_REPLY: a late answer counts from its receipt. */
#define ANSWER_LATE(a,b) d_step { stage[b] == OPEN && LEASE(b,a) > 0 && LEASE(b,a) < WORTH(T) ->  \
    LEASE(b,a) = WORTH(T); check() }

/* --- Hand-over: L7 --- */

#if defined(LEASE_SURVIVES_RELEASE)
#define VOID(b) skip
#elif defined(ANSWERS_REVIVE) || defined(RELEASED_BALLOT_RESUMED)
#define VOID(b) stage[b] = RELEASED
#else
#define VOID(b) stage[b] = RELEASED; for (k : 0 .. N - 1) { LEASE(b,k) = 0 }
#endif
#define RELEASE(b) d_step { stage[b] == OPEN && (releases & (1 << b)) == 0 ->  \
    VOID(b); releases = releases | (1 << b); DONE }

/* Answers to stamps from before the void are counted. */
#define REVIVE(b) d_step { stage[b] == RELEASED -> stage[b] = OPEN; stamp[b] = 0; check() }
/* The void is kept, but the ballot asks again. */
#define RESUME(b) d_step { stage[b] == RELEASED ->  \
    stage[b] = OPEN; for (k : 0 .. N - 1) { LEASE(b,k) = 0 }; stamp[b] = WORTH(T_OF(b)); DONE }

#ifdef RELEASE_CLEARS_ALL
#define CLEAR(a,b) for (k : 1 .. BALLOTS) { GRANT(a,k) = 0 }
#define CLEARS(a,b) (GRANT(a,1) > 0 || GRANT(a,2) > 0 || GRANT(a,BALLOTS) > 0)
#else
#define CLEAR(a,b) GRANT(a,b) = 0
#define CLEARS(a,b) (GRANT(a,b) > 0)
#endif
#define TAKE_RELEASE(a,b) d_step { (releases & (1 << b)) != 0 && CLEARS(a,b) -> CLEAR(a,b); DONE }

/* --- Restarts --- */

#if defined(RESTART_FORGETS)
#define FORGOTTEN(r) 0
#elif defined(RESTART_ONE_TICK_SHORT)
#define FORGOTTEN(r) (T - FAST)
#elif defined(T_CHANGES) && defined(LONGEST_FORGOTTEN)
#define FORGOTTEN(r) setting[r]
#elif defined(T_CHANGES)
#define FORGOTTEN(r) longest[r]
#else
#define FORGOTTEN(r) T
#endif
inline restart(r) {
    restarts++; starts[r]++;
    floor[r] = promised[r]; forgotten[r] = FORGOTTEN(r);
    for (k : 1 .. BALLOTS) {
        GRANT(r,k) = 0;
#ifdef RECORDED_BY_DISK
        PENDING(k,r) = 0;
#endif
        if :: OWNER(k) == r && stage[k] != IDLE ->
              stage[k] = ENDED;
              for (m : 0 .. N - 1) { LEASE(k,m) = 0; WAIT(k,m) = 0 }
           :: else
        fi
    }
    DONE
}
#ifdef T_CHANGES
#define RESTART(r)     d_step { restarts < RESTARTS -> setting[r] = T; restart(r) }
#define RESTART_LOW(r) d_step { restarts < RESTARTS -> setting[r] = T_LOW; restart(r) }
#define PERSIST(r)     d_step { longest[r] < setting[r] -> longest[r] = setting[r] }
#else
#define RESTART(r)     d_step { restarts < RESTARTS -> restart(r) }
#endif

/* L6. The message says start number s of the grant's holder; any that there was may arrive. */
#ifdef LATE_HELLO                              /* ends the grants to a later start too */
#define HELLO(a,b) d_step { GRANT(a,b) > 0 && starts[OWNER(b)] > 0 -> GRANT(a,b) = 0 }
#else
#define HELLO(a,b) d_step { GRANT(a,b) > 0 && start_of[b] < starts[OWNER(b)] -> GRANT(a,b) = 0 }
#endif

/* --- Time --- */

#ifdef REACH_EDGE
bool held;
#define REMEMBER_EDGE held = HOLDS(1)
#else
#define REMEMBER_EDGE skip
#endif
#define LESS(x,rate) x = (x > (rate) -> x - (rate) : 0)
inline pass(r, rate) {
    LESS(forgotten[r],rate);
#ifdef GRANT_BORN_OLD
    last_tick[r] = rate;
#endif
    for (k : 1 .. BALLOTS) {
        LESS(GRANT(r,k),rate);
        if :: OWNER(k) == r ->
              for (m : 0 .. N - 1) {
                  LESS(LEASE(k,m),rate);
                  if :: WAIT(k,m) != NO_PROMISE -> LESS(WAIT(k,m),rate) :: else fi;
#ifdef RECORDED_BY_DISK
                  LESS(PENDING(k,m),rate)
#endif
              }
              if :: stage[k] == OPEN -> stamp[k] = WORTH(T_OF(k)) :: else LESS(stamp[k],rate) fi
           :: else
        fi
    }
}
#define TICK(x,y,z) d_step { REMEMBER_EDGE; pass(0, x); pass(1, y); pass(2, z); DONE }

/* That the checks are not about nothing: each of these must be violated. */
#define REACHED_OPEN(b)  skip
#define REACHED_GRANT(b) skip
#if defined(REACH_SECOND_LEASE)   /* a lease after another's */
#undef REACHED_GRANT
#define REACHED_GRANT(b) assert(!(HOLDS(b) && b > 1 && GRANT(0,1) + GRANT(1,1) + GRANT(2,1) > 0))
#elif defined(REACH_RETURN)       /* no wait for grants to an earlier start of one's own */
#undef REACHED_OPEN
#define REACHED_OPEN(b) assert(!(b == 3 && GRANT(1,1) > 0 && GRANT(2,1) > 0 && opened == 3))
#elif defined(REACH_EDGE)         /* a wait ends in the very tick that ends a lease */
#undef REACHED_OPEN
#define REACHED_OPEN(b) assert(!(b == 2 && held && stage[1] == OPEN))
#endif

init {
#ifdef T_CHANGES
    d_step { for (k : 0 .. N - 1) { setting[k] = T }; DONE }
#endif
end:do
    EACH_B(START)
    EACH_AB(PROMISE)
    EACH_B(OPEN_UP)
    EACH_AB(GIVE)
    EACH_B(RELEASE)
    EACH_AB(TAKE_RELEASE)
    EACH_R(RESTART)
    EACH_AB(HELLO)
#ifdef T_CHANGES
    EACH_R(RESTART_LOW)
    EACH_R(PERSIST)
#endif
#ifdef RECORDED_BY_DISK
    EACH_AB(TAKE)
    EACH_AB(RECORD)
#endif
#ifdef LEASE_FROM_REPLY
    EACH_AB(ANSWER_LATE)
#endif
#ifdef ANSWERS_REVIVE
    EACH_B(REVIVE)
#endif
#ifdef RELEASED_BALLOT_RESUMED
    EACH_B(RESUME)
#endif
    :: TICK(SLOW,SLOW,SLOW) :: TICK(SLOW,SLOW,FAST) :: TICK(SLOW,FAST,SLOW) :: TICK(SLOW,FAST,FAST)
    :: TICK(FAST,SLOW,SLOW) :: TICK(FAST,SLOW,FAST) :: TICK(FAST,FAST,SLOW) :: TICK(FAST,FAST,FAST)
    od
}
