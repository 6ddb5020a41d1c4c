/* Membership: a change of the voters is a decree, and acts on the slots behind it.

   Invariant: no two replicas take different values of a slot for chosen.

   Rules
    M1  A change acts once it is chosen, on the slots behind it. Its own slot is decided by the voters
        before it. Until it is chosen its leader proposes nothing behind it.
    M2  A leader proposes in a slot only if a quorum of the slot's voters has promised its ballot. Who
        finds a change in phase 1 gets it chosen under the old voters, then repeats phase 1 with the
        same ballot among those that it names, before it proposes behind it. And so on for the next.
    M3  Only voters are counted. A replica that lost its disk is none of them any more.
    M4  A replica takes the voters from all changes that it knows to be chosen, also after a restart.

   The voters: {0,1,2}, then {0,1,2,3}, then {1,2,3}: replica 3 takes the place of 0 in two changes.
   A quorum of the first need not meet one of the last.

   Abstraction, besides that of ballots.pml
    - Everybody may be a candidate, promises and accepts: who is counted is what matters.
    - Accepts are taken in order, from the ballot's first slot on.
    - How much a replica knows to be chosen is drawn anew each time it matters, between nothing and
      all that any leader has got chosen: it may have learned that, and it may have forgotten it.
    - A replica in this model is one incarnation of its disk.
    - Each event is one d_step, its outcome fixed by its guard.

   Size: 4 replicas, 3 slots, ATTEMPTS ballots. The first CHANGERS propose changes where they are free
   to and there is one left, the others values of their own. */

#ifndef ATTEMPTS
#define ATTEMPTS 2
#endif
#ifndef CHANGERS
#define CHANGERS 1
#endif
#define N     4
#define SLOTS 3
#define OWNER(i) (3 - (i))
#define CHANGE 9                 /* the value that is the next change; others are the proposer's */

#define IN(set,a) (((set) >> (a)) & 1)
#define TWO_FROM(set,a) (IN(set,a) + IN(set,(a) + 1) + IN(set,(a) + 2) >= 2)
#define COUNT(set) (IN(set,0) + IN(set,1) + IN(set,2) + IN(set,3))
#ifdef LEARNER_COUNTED                         /* 3 is counted before it is a voter */
#define FIRST_QUORUM(set) (COUNT(set) >= 2)
#else
#define FIRST_QUORUM(set) TWO_FROM(set,0)
#endif
#define QUORUM(c,set) (((c) == 0 && FIRST_QUORUM(set)) || ((c) == 1 && COUNT(set) >= 3)  \
    || ((c) == 2 && TWO_FROM(set,1)))

#define EACH_A(e)    :: e(0) :: e(1) :: e(2) :: e(3)
#if ATTEMPTS == 2
#define EACH_I(e)    :: e(1) :: e(2)
#define EACH_AI(e)   :: e(0,1) :: e(1,1) :: e(2,1) :: e(3,1) :: e(0,2) :: e(1,2) :: e(2,2) :: e(3,2)
#else
#define EACH_I(e)    :: e(1) :: e(2) :: e(3)
#define EACH_AI(e)   :: e(0,1) :: e(1,1) :: e(2,1) :: e(3,1) :: e(0,2) :: e(1,2) :: e(2,2) :: e(3,2) \
                     :: e(0,3) :: e(1,3) :: e(2,3) :: e(3,3)
#endif

/* A replica. Slots count from 0. */
byte promised[N];
byte vote[N * SLOTS];            /* the attempt under which the slot was accepted; 0: none */
byte known;                      /* slots that somebody knows to be chosen */
#define VOTE(a,s) vote[(a) * SLOTS + (s)]
#ifdef WIPED_VOTES_ON
bool wiped;
#endif

/* A ballot. */
bool asking[ATTEMPTS + 1];
byte promises[ATTEMPTS + 1];
byte best[(ATTEMPTS + 1) * SLOTS];      /* the attempt of the highest acceptance reported */
byte chosen[ATTEMPTS + 1];              /* slots that its leader knows to be chosen */
byte first[ATTEMPTS + 1];               /* those that it was told of: it proposes none of them */
byte proposed[(ATTEMPTS + 1) * SLOTS];  /* a value; 0: none */
byte through[(ATTEMPTS + 1) * N];       /* acknowledged: slots below it */
#define BEST(i,s)     best[(i) * SLOTS + (s)]
#define PROPOSED(i,s) proposed[(i) * SLOTS + (s)]
#define THROUGH(i,a)  through[(i) * N + (a)]
#define ACCEPTED(i,s) ((THROUGH(i,0) > s) | (THROUGH(i,1) > s) << 1 | (THROUGH(i,2) > s) << 2  \
    | (THROUGH(i,3) > s) << 3)

byte decided[SLOTS];

byte k;
#define DONE k = 0

inline decide(s, value) {
    assert(value != 0);
    if :: decided[s] == 0 -> decided[s] = value :: else fi;
    assert(decided[s] == value)              /* the invariant */
}

/* M1, M4: how many changes are before slot s? */
#ifdef VOTERS_FORGOTTEN                        /* a candidate starts from the first voters */
#define IS_CHANGE(i,s) (s >= first[i] && PROPOSED(i,s) == CHANGE)
#else
#define IS_CHANGE(i,s) ((s < first[i] && decided[s] == CHANGE)  \
    || (s >= first[i] && PROPOSED(i,s) == CHANGE))
#endif
#define CONFIG(i,s) (((s) > 0 && IS_CHANGE(i,0)) + ((s) > 1 && IS_CHANGE(i,1)))

/* Which voters promise, and which accept? */
#if defined(PHASE_1_NOT_REPEATED)              /* those that it asked first */
#define ASKED(i,s)   CONFIG(i,first[i])
#define DECIDES(i,s) CONFIG(i,s)
#elif defined(ALL_UNDER_OLD_VOTERS)            /* those do, for all slots that it finds */
#define ASKED(i,s)   CONFIG(i,first[i])
#define DECIDES(i,s) (BEST(i,s) != 0 -> CONFIG(i,first[i]) : CONFIG(i,s))
#elif defined(CHANGE_UNDER_NEW_VOTERS)         /* a change is decided by those that it names */
#define ASKED(i,s)   CONFIG(i,s)
#define DECIDES(i,s) (CONFIG(i,s) + (PROPOSED(i,s) == CHANGE))
#elif defined(PROPOSED_BEHIND_CHANGE)          /* under the voters that act when it is proposed */
byte voters[(ATTEMPTS + 1) * SLOTS];
#define ASKED(i,s)   CHOSEN_CONFIG(i,s)
#define DECIDES(i,s) voters[(i) * SLOTS + (s)]
#define CHOSEN_CHANGE(i,s) (chosen[i] > s && IS_CHANGE(i,s))
#define CHOSEN_CONFIG(i,s) (((s) > 0 && CHOSEN_CHANGE(i,0)) + ((s) > 1 && CHOSEN_CHANGE(i,1)))
#else
#define ASKED(i,s)   CONFIG(i,s)
#define DECIDES(i,s) CONFIG(i,s)
#endif
#ifdef PROPOSED_BEHIND_CHANGE
#define NO_CHANGE_OPEN(i,s) true
#define NOTE_VOTERS(i,s) voters[(i) * SLOTS + (s)] = CHOSEN_CONFIG(i,s)
#else
#define UNDECIDED(i,s) (s >= chosen[i] && PROPOSED(i,s) == CHANGE)
#define NO_CHANGE_OPEN(i,s) ((s) == 0 || (!UNDECIDED(i,0) && ((s) == 1 || !UNDECIDED(i,1))))
#define NOTE_VOTERS(i,s) skip
#endif

/* --- Phase 1 --- */

/* With w slots known. */
#define START(i,w) d_step { !asking[i] && promised[OWNER(i)] < i && w <= known ->  \
    asking[i] = true; promised[OWNER(i)] = i; first[i] = w; chosen[i] = w;  \
    for (k : 0 .. N - 1) { THROUGH(i,k) = w }; DONE }

/* M2. Of w slots it says that they are chosen. A late one tells of slots that are not proposed yet. */
#define PROMISE(a,i,w) d_step { asking[i] && !IN(promises[i],a) && promised[a] <= i  \
    && promised[OWNER(i)] >= i && (w == 0 || (w > chosen[i] && w <= known)) ->  \
    promised[a] = i; promises[i] = promises[i] | (1 << a);  \
    for (k : 0 .. SLOTS - 1) {  \
        if :: k >= w && PROPOSED(i,k) == 0 && VOTE(a,k) > BEST(i,k) -> BEST(i,k) = VOTE(a,k)  \
           :: else fi };  \
    if :: w > 0 && PROPOSED(i,chosen[i]) == 0 ->  \
          first[i] = w; chosen[i] = w;  \
          for (k : 0 .. N - 1) { THROUGH(i,k) = w };  \
          for (k : 0 .. w - 1) { BEST(i,k) = 0 }  \
       :: else fi;  \
    DONE }

#define TURN(i,s) (asking[i] && s >= first[i] && PROPOSED(i,s) == 0  \
    && ((s) == first[i] || ((s) > 0 && PROPOSED(i,(s) - 1) != 0))  \
    && NO_CHANGE_OPEN(i,s) && QUORUM(ASKED(i,s),promises[i]))

#define ADOPT(i,s)   d_step { TURN(i,s) && BEST(i,s) != 0 ->  \
    PROPOSED(i,s) = PROPOSED(BEST(i,s),s); NOTE_VOTERS(i,s) }
#define PROPOSE(i,s) d_step { TURN(i,s) && BEST(i,s) == 0 ->  \
    if :: i <= CHANGERS && CONFIG(i,s) < 2 -> PROPOSED(i,s) = CHANGE :: else PROPOSED(i,s) = i fi;  \
    NOTE_VOTERS(i,s) }

/* --- Phase 2 --- */

#define ACCEPT(a,i,s) d_step {  \
    PROPOSED(i,s) != 0 && promised[a] <= i && THROUGH(i,a) == s ->  \
    promised[a] = i; VOTE(a,s) = i; THROUGH(i,a)++ }

#define CHOOSE(i,s) d_step { asking[i] && chosen[i] == s && PROPOSED(i,s) != 0  \
    && QUORUM(DECIDES(i,s),ACCEPTED(i,s)) ->  \
    decide(s, PROPOSED(i,s)); chosen[i]++;  \
    if :: known < chosen[i] -> known = chosen[i] :: else fi; REACHED(i,s) }

#if defined(REACH_TWO_BEHIND)     /* a candidate two changes behind gets a slot behind them chosen */
#define REACHED(i,s) assert(!(i == 2 && first[i] == 0 && s == 2 && CONFIG(i,2) == 2))
#elif defined(REACH_NEW_VOTERS)   /* without any voter that the first group has besides 1 and 2 */
#define REACHED(i,s) assert(!(s == 2 && CONFIG(i,2) == 2 && ACCEPTED(i,2) == 10))
#else
#define REACHED(i,s) skip
#endif

/* WIPED_VOTES_ON: with an empty disk, as the voter that it was. */
#define WIPE(a) d_step { !wiped -> wiped = true; promised[a] = 0;  \
    for (k : 0 .. SLOTS - 1) { VOTE(a,k) = 0 }; DONE }

#define START_0(i)     START(i,0)
#define START_1(i)     START(i,1)
#define START_2(i)     START(i,2)
#define PROMISE_0(a,i) PROMISE(a,i,0)
#define PROMISE_1(a,i) PROMISE(a,i,1)
#define PROMISE_2(a,i) PROMISE(a,i,2)
#define ADOPT_0(i)     ADOPT(i,0)
#define ADOPT_1(i)     ADOPT(i,1)
#define ADOPT_2(i)     ADOPT(i,2)
#define PROPOSE_0(i)   PROPOSE(i,0)
#define PROPOSE_1(i)   PROPOSE(i,1)
#define PROPOSE_2(i)   PROPOSE(i,2)
#define ACCEPT_0(a,i)  ACCEPT(a,i,0)
#define ACCEPT_1(a,i)  ACCEPT(a,i,1)
#define ACCEPT_2(a,i)  ACCEPT(a,i,2)
#define CHOOSE_0(i)    CHOOSE(i,0)
#define CHOOSE_1(i)    CHOOSE(i,1)
#define CHOOSE_2(i)    CHOOSE(i,2)

init {
end:do
    EACH_I(START_0)    EACH_I(START_1)    EACH_I(START_2)
    EACH_AI(PROMISE_0) EACH_AI(PROMISE_1) EACH_AI(PROMISE_2)
    EACH_I(ADOPT_0)    EACH_I(ADOPT_1)    EACH_I(ADOPT_2)
    EACH_I(PROPOSE_0)  EACH_I(PROPOSE_1)  EACH_I(PROPOSE_2)
    EACH_AI(ACCEPT_0)  EACH_AI(ACCEPT_1)  EACH_AI(ACCEPT_2)
    EACH_I(CHOOSE_0)   EACH_I(CHOOSE_1)   EACH_I(CHOOSE_2)
#ifdef WIPED_VOTES_ON
    EACH_A(WIPE)
#endif
    od
}
