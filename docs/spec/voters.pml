/* Voters: leases across changes of the membership.

   Invariant: while the lease of a ballot holds, no higher ballot may announce.

   Rules
    V1  A lease is counted over the voters of the last change that its leader knows to be chosen,
        anew in the step in which it learns of it, before anyone is told.
    V2  A candidate gets the changes that it finds in phase 1 chosen, and repeats phase 1 among the
        voters that they name. Its wait is over when it is for a quorum of the last ones.
    V3  A leader starts a change of its own only when its wait is over.

   The voters are those of membership.pml: {0,1,2}, {0,1,2,3}, {1,2,3}; what is chosen and by whom is
   shown there. Grants, stamps, waits and the greedy leader are those of leases.pml; clocks are perfect
   here, hand-overs and restarts left out.

   Abstraction
    - A candidate begins with any part of what was told. What a leader has chosen is told once it may
      announce, and all of it at once to anybody who will ever be a candidate, or never.
    - Each event is one d_step, its outcome fixed by its guard.

   Size: 4 replicas, BALLOTS ballots, two changes, leases of T ticks. */

#ifndef BALLOTS
#define BALLOTS 2
#endif
#ifndef T
#define T 1
#endif
#define N 4
#define OWNER(b) ((b) == 3 -> 2 : (b) - 1)

#define IN(set,a) (((set) >> (a)) & 1)
#define QUORUM_OF(c,w,x,y,z) (((c) == 0 && (w) + (x) + (y) >= 2)  \
    || ((c) == 1 && (w) + (x) + (y) + (z) >= 3) || ((c) == 2 && (x) + (y) + (z) >= 2))

#if BALLOTS == 2
#define EACH_B(e)  :: e(1) :: e(2)
#define EACH_AB(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(3,1) :: e(0,2) :: e(1,2) :: e(2,2) :: e(3,2)
#else
#define EACH_B(e)  :: e(1) :: e(2) :: e(3)
#define EACH_AB(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(3,1) :: e(0,2) :: e(1,2) :: e(2,2) :: e(3,2) \
                   :: e(0,3) :: e(1,3) :: e(2,3) :: e(3,3)
#endif

/* A replica as acceptor. */
byte promised[N];
byte grant[N * (BALLOTS + 1)];
byte changes[N];                 /* that it has accepted */
#define GRANT(a,b) grant[(a) * (BALLOTS + 1) + (b)]

/* A ballot. */
#define IDLE   0
#define ASKING 1
#define OPEN   2                 /* the wait is over */
byte stage[BALLOTS + 1];
byte opened;                     /* the highest ballot that may announce */
byte known[BALLOTS + 1];         /* changes that its leader knows to be chosen */
byte began[BALLOTS + 1];         /* ... and knew when it began, or when its wait was over */
byte found[BALLOTS + 1];         /* changes in phase 1 */
byte promises[BALLOTS + 1];
byte wait[(BALLOTS + 1) * N];
byte accepted[BALLOTS + 1];      /* the change behind the known ones, by whom */
byte lease[(BALLOTS + 1) * N];
byte told;                       /* changes that were announced */
#define WAIT(b,a)  wait[(b) * N + (a)]
#define LEASE(b,a) lease[(b) * N + (a)]

byte k, m;
#define DONE k = 0; m = 0

/* V1 */
#ifdef LEASE_OVER_OLD_VOTERS                   /* those when the wait was over */
#define COUNTED(b) began[b]
#else
#define COUNTED(b) known[b]
#endif
#define HOLDS(b) (stage[b] == OPEN && QUORUM_OF(COUNTED(b), LEASE(b,0) > 0, LEASE(b,1) > 0,  \
    LEASE(b,2) > 0, LEASE(b,3) > 0))
inline check() {
    for (k : 1 .. BALLOTS) { assert(!(HOLDS(k) && opened > k)) }
    DONE
}

/* --- Phase 1 --- */

#define PROMISED(b,c) QUORUM_OF(c, IN(promises[b],0), IN(promises[b],1), IN(promises[b],2), IN(promises[b],3))
#define DUE(b,a) (IN(promises[b],a) && WAIT(b,a) == 0)
#define WAITED(b,c) QUORUM_OF(c, DUE(b,0), DUE(b,1), DUE(b,2), DUE(b,3))

inline promise(a, b) {
    promised[a] = b; promises[b] = promises[b] | (1 << a);
    m = 0;
    for (k : 1 .. BALLOTS) {
        if :: GRANT(a,k) > m -> m = GRANT(a,k) :: else fi
    }
    WAIT(b,a) = m;
    if :: found[b] < changes[a] -> found[b] = changes[a] :: else fi;
    DONE
}
#define START(b,c) d_step { stage[b] == IDLE && promised[OWNER(b)] < b && c <= told ->  \
    stage[b] = ASKING; known[b] = c; began[b] = c; found[b] = c; promise(OWNER(b), b) }
#define PROMISE(a,b) d_step { stage[b] == ASKING && promised[a] <= b && !IN(promises[b],a) ->  \
    promise(a, b) }

/* V2. */
#ifdef WAIT_OVER_FIRST_VOTERS                  /* those that it knew when it began */
#define WAIT_IS_OVER(b) WAITED(b,began[b])
#else
#define WAIT_IS_OVER(b) WAITED(b,known[b])
#endif
#define OPEN_UP(b) d_step { stage[b] == ASKING && known[b] >= found[b] && PROMISED(b,began[b])  \
    && PROMISED(b,known[b]) && WAIT_IS_OVER(b) ->  \
    stage[b] = OPEN; began[b] = known[b]; promises[b] = 0; found[b] = 0;  \
    for (k : 0 .. N - 1) { WAIT(b,k) = 0 };  \
    if :: opened < b -> opened = b :: else fi;  \
    REACHED(b);  \
    if :: told < known[b] -> told = known[b] :: else fi;  \
    check() }

/* --- Changes: V3 --- */

#ifdef CHANGE_BEFORE_WAIT
#define MAY_CHANGE(b) (stage[b] == OPEN || (stage[b] == ASKING && PROMISED(b,began[b])))
#else
#define MAY_CHANGE(b) (stage[b] == OPEN  \
    || (stage[b] == ASKING && PROMISED(b,began[b]) && known[b] < found[b]))
#endif
#define ACCEPT(a,b) d_step { MAY_CHANGE(b) && known[b] < 2 && promised[a] <= b && !IN(accepted[b],a)  \
    && (stage[b] == OPEN || PROMISED(b,known[b])) ->  \
    promised[a] = b; accepted[b] = accepted[b] | (1 << a);  \
    if :: changes[a] < known[b] + 1 -> changes[a] = known[b] + 1 :: else fi; DONE }
#define CHOOSE(b) d_step { known[b] < 2 && QUORUM_OF(known[b], IN(accepted[b],0), IN(accepted[b],1),  \
    IN(accepted[b],2), IN(accepted[b],3)) ->  \
    known[b]++; accepted[b] = 0;  \
    if :: stage[b] == OPEN && told < known[b] -> told = known[b] :: else fi;  \
    check() }

/* --- Grants, time --- */

#define GIVE(a,b) d_step { stage[b] == OPEN && promised[a] <= b && (GRANT(a,b) < T || LEASE(b,a) < T) ->  \
    promised[a] = b; GRANT(a,b) = T; LEASE(b,a) = T; check() }

#define LESS(x) x = (x > 0 -> x - 1 : 0)
#define TICK d_step {  \
    for (k : 1 .. BALLOTS) {  \
        for (m : 0 .. N - 1) { LESS(GRANT(m,k)); LESS(LEASE(k,m)); LESS(WAIT(k,m)) } };  \
    DONE }

/* That the checks are not about nothing: this must be violated. */
#ifdef REACH_CHANGED             /* a leader that finishes a change it finds, under a lease that ran */
#define REACHED(b) assert(!(b == 2 && changes[OWNER(2)] == 1 && known[2] == 1 && told == 0 && GRANT(0,1) > 0))
#else
#define REACHED(b) skip
#endif

#define START_0(b) START(b,0)
#define START_1(b) START(b,1)
#define START_2(b) START(b,2)

init {
end:do
    EACH_B(START_0) EACH_B(START_1) EACH_B(START_2)
    EACH_AB(PROMISE)
    EACH_B(OPEN_UP)
    EACH_AB(ACCEPT)
    EACH_B(CHOOSE)
    EACH_AB(GIVE)
    :: TICK
    od
}
