/* Ballots: phase 1 and phase 2 for several slots, with restarts and a damaged record.

   "Paxos Made Simple" (Lamport, 2001), sections 2.2 and 3, and what Decree adds to it: cumulative
   acknowledgements, watermarks, catch-up, compaction.

   Invariant: no two replicas take different values of a slot for chosen.

   Rules
    P1  An acceptor promises and accepts at or above its promise; accepting b promises b.
    P2  Promises, acceptances and reported watermarks are durable before anyone hears of them, also
        a candidate's own promise before it counts. Before a prepare is sent, its ballot is durable:
        promised, or reserved (DISK, RESERVE). A promise may be written before it is made (AHEAD):
        until then lower ballots are accepted as before, but a restart has made it. A watermark that
        the candidate has stated itself need not be durable.
    P3  A candidate's ballot is above all that it ever promised, and after a restart above all that
        it had reserved.
    P4  A promise reports what was accepted above the acceptor's watermark, and the watermark. A
        leader proposes nothing at or below the highest watermark reported. Above it, it proposes
        again what was reported under the highest ballot; other slots it fills with its own value.
    P5  A slot is chosen once a quorum has acknowledged it. An acknowledgement of s says: every slot
        from the ballot's first through s is held under this ballot or known chosen.
    P6  An acceptor takes a slot for chosen if a leader says so under whose ballot it accepted it,
        or if it gets it as chosen from one that knows it.
    P7  (DAMAGE) A slot whose record is lost is reported with a bound on the ballot under which it
        was accepted. Such a report counts for the slot only beside one of that ballot or a higher
        one. It is repaired by an accept or by a chosen value alone.

   Abstraction
    - The network is what was sent, for ever: an accept may be taken at any time by anybody, any
      number of times, or never. This is loss, delay, reordering and duplication.
    - Promises and acknowledgements are counted in the step that sends them, or not at all. That
      loses nothing: what the receiver then does is enabled by them for good, so that it may follow
      at any later time, and one that is not counted is one that is lost.
    - A value is the number of the attempt that proposed it first. An attempt is one phase 1 with
      one ballot; NUMBER(i) is its ballot. Two attempts may share a ballot: that a ballot is not
      used twice is to be shown, not assumed.
    - A leader never learns of a higher ballot, not even from its own acceptor.
    - Values known chosen are compacted at once: promises report nothing of them.
    - Each event is one d_step: one turn of the core, which is one thread. Its outcome is fixed by
      its guard. Between any two events anything else may happen. Without DISK an acceptor writes and
      answers in one step: a crash in between equals a message that was never received. With DISK
      memory and disk are apart, a flush comes at any time, and a crash takes what was not flushed.

   Size: N acceptors, SLOTS slots, ATTEMPTS attempts. Mistakes are marked by their define. */

#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 3
#endif
#define N 3

#ifdef SHARED_BALLOT             /* attempts 1 and 2: the same replica, the same ballot */
#define NUMBER(i) ((i) < 2 -> (i) : (i) - 1)
#define OWNER(i)  ((i) < 3 -> 0 : (i) - 2)
#else
#define NUMBER(i) (i)
#define OWNER(i)  (((i) - 1) % N)
#endif

#define QUORUM(set) ((set) == 3 || (set) >= 5)
#ifdef ACCEPT_QUORUM_HALF
#define CHOOSES(set) ((set) != 0)
#else
#define CHOOSES(set) QUORUM(set)
#endif
#ifdef PROMISE_QUORUM_HALF
#define ELECTS(set) ((set) != 0)
#else
#define ELECTS(set) QUORUM(set)
#endif

#define EACH_A(e)  :: e(0) :: e(1) :: e(2)
#if ATTEMPTS == 2
#define EACH_I(e)  :: e(1) :: e(2)
#define EACH_AI(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(0,2) :: e(1,2) :: e(2,2)
#elif ATTEMPTS == 3
#define EACH_I(e)  :: e(1) :: e(2) :: e(3)
#define EACH_AI(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(0,2) :: e(1,2) :: e(2,2) \
                   :: e(0,3) :: e(1,3) :: e(2,3)
#else
#define EACH_I(e)  :: e(1) :: e(2) :: e(3) :: e(4)
#define EACH_AI(e) :: e(0,1) :: e(1,1) :: e(2,1) :: e(0,2) :: e(1,2) :: e(2,2) \
                   :: e(0,3) :: e(1,3) :: e(2,3) :: e(0,4) :: e(1,4) :: e(2,4)
#endif
#define EACH_AA(e) :: e(0,1) :: e(0,2) :: e(1,0) :: e(1,2) :: e(2,0) :: e(2,1)

/* An acceptor. Slots count from 0; `known` slots, the first ones, are known chosen. */
byte promised[N];
byte vote[N * SLOTS];            /* the attempt under which the slot was accepted; 0: none */
byte known[N];
#define VOTE(a,s) vote[(a) * SLOTS + (s)]

#ifdef DISK
byte disk_promised[N];
byte disk_vote[N * SLOTS];
byte disk_known[N];
byte crashes;
#ifdef RESERVE
byte reserved[N];                /* ballots of its own through this one */
byte disk_reserved[N];
byte used[N];                    /* what was reserved before the last crash */
#endif
#ifdef AHEAD
byte ahead[N];                   /* a promise that is written, perhaps before it is made */
byte disk_ahead[N];
#ifdef AHEAD_BEFORE_DURABLE
#define WRITTEN_AHEAD(a,i) (ahead[a] >= NUMBER(i))
#else
#define WRITTEN_AHEAD(a,i) (disk_ahead[a] >= NUMBER(i))
#endif
#else
#define WRITTEN_AHEAD(a,i) false
#endif
#define DURABLE_PROMISED(a)  disk_promised[a]
#define DURABLE_VOTE(a,s)    disk_vote[(a) * SLOTS + (s)]
#define DURABLE_KNOWN(a)     disk_known[a]
#ifndef CRASHES
#define CRASHES 2
#endif
#else
#define WRITTEN_AHEAD(a,i)   false
#define DURABLE_PROMISED(a)  promised[a]
#define DURABLE_VOTE(a,s)    VOTE(a,s)
#define DURABLE_KNOWN(a)     known[a]
#endif
#ifdef PROMISE_BEFORE_DURABLE
#define PROMISE_IS_DURABLE(a,i) true
#elif defined(OWN_PROMISE_BEFORE_DURABLE)      /* the candidate counts itself at once */
#define PROMISE_IS_DURABLE(a,i) (a == OWNER(i) || DURABLE_PROMISED(a) == NUMBER(i))
#else
#define PROMISE_IS_DURABLE(a,i) (DURABLE_PROMISED(a) == NUMBER(i) || WRITTEN_AHEAD(a,i))
#endif
#ifdef PREPARE_BEFORE_DURABLE
#define PREPARE_IS_SENT(i) true
#elif defined(RESERVE)
#define PREPARE_IS_SENT(i)  \
    (DURABLE_PROMISED(OWNER(i)) >= NUMBER(i) || disk_reserved[OWNER(i)] >= NUMBER(i))
#else
#define PREPARE_IS_SENT(i)  \
    (DURABLE_PROMISED(OWNER(i)) >= NUMBER(i) || WRITTEN_AHEAD(OWNER(i),i))
#endif

#ifdef DAMAGE                    /* one record, of one acceptor */
byte damaged = N;                /* whose */
byte damaged_slot;
byte damaged_bound;              /* accepted under this ballot or a lower one */
bool damage_done;
#endif

/* An attempt. */
#define IDLE    0
#define ASKING  1
#define OVER    2                /* it crashed before it led */
#define LEADING 3
#define ENDED   4                /* it crashed; what it has proposed is under way all the same */
byte stage[ATTEMPTS + 1];
byte promises[ATTEMPTS + 1];     /* a set of acceptors */
byte best[(ATTEMPTS + 1) * SLOTS];  /* the attempt of the highest acceptance reported */
byte first[ATTEMPTS + 1];        /* F: below it nothing is proposed */
byte proposed[(ATTEMPTS + 1) * SLOTS];
byte through[(ATTEMPTS + 1) * N];   /* acknowledged: slots below it */
byte announced[ATTEMPTS + 1];    /* slots below it are chosen, says the leader */
#ifdef DAMAGE
bool doubtful[ATTEMPTS + 1];     /* the damaged acceptor's report came without the slot */
#define DOUBT(i) doubtful[i]
#endif
#define BEST(i,s)     best[(i) * SLOTS + (s)]
#define PROPOSED(i,s) proposed[(i) * SLOTS + (s)]
#define THROUGH(i,a)  through[(i) * N + (a)]

byte decided[SLOTS];             /* what the first one that knew took for chosen */

byte k, m;                       /* within one event */
#define DONE k = 0; m = 0

inline decide(s, value) {
    assert(value != 0);
    if :: decided[s] == 0 -> decided[s] = value :: else fi;
    assert(decided[s] == value);             /* the invariant */
}

/* Canonical: what nobody looks at any more is 0. */
inline forget_votes(a) {
    for (k : 0 .. SLOTS - 1) {
        if :: k < known[a] -> VOTE(a,k) = 0 :: else fi;
    }
#ifdef DAMAGE
    if :: damaged == a && damaged_slot < known[a] -> damaged = N :: else fi;
#endif
    DONE
}

/* --- Phase 1 --- */

/* P3. The own acceptor promises first. */
#ifdef BALLOT_REUSED                          /* a restart forgets which ballots were used */
#define MAY_START(i) (NUMBER(i) >= promised[OWNER(i)])
#elif defined(RESERVE) && !defined(RESERVATION_FORGOTTEN)
#define MAY_START(i) (NUMBER(i) > promised[OWNER(i)] && NUMBER(i) > used[OWNER(i)])
#else
#define MAY_START(i) (NUMBER(i) > promised[OWNER(i)])
#endif
#define START(i) d_step { stage[i] == IDLE && MAY_START(i) ->  \
    stage[i] = ASKING; promised[OWNER(i)] = NUMBER(i); first[i] = known[OWNER(i)] }

#ifdef RESERVE
#define RESERVE_BALLOT(i) d_step { stage[i] == IDLE && MAY_START(i)  \
    && reserved[OWNER(i)] < NUMBER(i) -> reserved[OWNER(i)] = NUMBER(i) }
#define RESERVED_DIRTY(a) (reserved[a] != disk_reserved[a])
#define RESERVED_FLUSH(a) disk_reserved[a] = reserved[a]
#define RESERVED_CRASH(a) reserved[a] = disk_reserved[a]; used[a] = disk_reserved[a]
#else
#define RESERVED_DIRTY(a) false
#define RESERVED_FLUSH(a) skip
#define RESERVED_CRASH(a) skip
#endif

#ifdef AHEAD
#ifdef AHEAD_ALL
#define IS_PLANNED(i) true
#else                                          /* of one hand-over */
#define IS_PLANNED(i) ((i) == ATTEMPTS)
#endif
#define WRITE_AHEAD(a,i) d_step { IS_PLANNED(i) && stage[i] <= ASKING && ahead[a] < NUMBER(i) ->  \
    ahead[a] = NUMBER(i) }
#define AHEAD_DIRTY(a) (ahead[a] != disk_ahead[a])
#define AHEAD_FLUSH(a) disk_ahead[a] = ahead[a]
#ifdef AHEAD_FORGOTTEN                        /* a restart has not made it */
#define AHEAD_CRASH(a) ahead[a] = disk_ahead[a]
#else
#define AHEAD_CRASH(a) ahead[a] = disk_ahead[a];  \
    if :: disk_ahead[a] > disk_promised[a] -> disk_promised[a] = disk_ahead[a] :: else fi
#endif
#else
#define AHEAD_DIRTY(a) false
#define AHEAD_FLUSH(a) skip
#define AHEAD_CRASH(a) skip
#endif

#if defined(AHEAD_WATERMARK_LOST)              /* a watermark that nobody else knows */
#define MAY_REPORT(a,i) true
#elif defined(AHEAD)
#define MAY_REPORT(a,i) (known[a] == DURABLE_KNOWN(a) || known[a] <= first[i])
#else
#define MAY_REPORT(a,i) (known[a] == DURABLE_KNOWN(a))
#endif

#ifdef DISK
#define TAKE_PREPARE(a,i) d_step {  \
    stage[i] == ASKING && a != OWNER(i) && PREPARE_IS_SENT(i) && promised[a] < NUMBER(i) ->  \
    promised[a] = NUMBER(i) }
#define MAY_PROMISE(a,i) (PREPARE_IS_SENT(i) && promised[a] == NUMBER(i)  \
    && PROMISE_IS_DURABLE(a,i) && MAY_REPORT(a,i))
#else
#define MAY_PROMISE(a,i) (promised[a] <= NUMBER(i) && (a != OWNER(i) || promised[a] == NUMBER(i)))
#endif

inline report(a, i) {
    promises[i] = promises[i] | (1 << a);
    for (k : 0 .. SLOTS - 1) {
        m = VOTE(a,k);
#ifdef LOWEST_ADOPTED                          /* the value of the lowest ballot reported */
        if :: m != 0 && (BEST(i,k) == 0 || NUMBER(m) < NUMBER(BEST(i,k))) -> BEST(i,k) = m
#else
        if :: m != 0 && (BEST(i,k) == 0 || NUMBER(m) > NUMBER(BEST(i,k))) -> BEST(i,k) = m
#endif
        :: else fi
    };
#ifndef WATERMARK_IGNORED                      /* a compacted acceptor's gap is filled */
    if :: DURABLE_KNOWN(a) > first[i] -> first[i] = DURABLE_KNOWN(a) :: else fi;
#endif
#ifdef DAMAGE
    if :: damaged == a -> DOUBT(i) = 1 :: else fi;
#endif
    DONE
}

/* P1, P2, P4. */
#define PROMISE(a,i) d_step {  \
    stage[i] == ASKING && (promises[i] & (1 << a)) == 0 && MAY_PROMISE(a,i) ->  \
    promised[a] = NUMBER(i); report(a, i) }

#ifdef STALE_PROMISE                           /* a promise of the same candidate's earlier ballot */
#define STALE(i,j) d_step { stage[i] == ASKING && i < j && stage[j] == ASKING && OWNER(i) == OWNER(j) ->  \
    promises[j] = promises[j] | promises[i];  \
    for (k : 0 .. SLOTS - 1) {  \
        if :: BEST(i,k) > BEST(j,k) -> BEST(j,k) = BEST(i,k) :: else fi };  \
    DONE }
#endif

#if defined(DAMAGE) && !defined(FAULTY_COUNTED)
/* P7. FAULTY_COUNTED: a lost acceptance is reported as none. */
#define SURE(i) (!DOUBT(i) || damaged_slot < first[i]  \
    || (BEST(i,damaged_slot) != 0 && NUMBER(BEST(i,damaged_slot)) >= damaged_bound)  \
    || promises[i] == 7)
#else
#define SURE(i) true
#endif

#ifdef REACH_AHEAD              /* elected by promises of which none was written when it was made */
#define REACHED_LEADING(i) assert(disk_promised[0] >= NUMBER(i)  \
    || disk_promised[1] >= NUMBER(i) || disk_promised[2] >= NUMBER(i))
#else
#define REACHED_LEADING(i) skip
#endif

/* P4. What it proposes it has proposed from here on: the accepts may be taken at any time. */
#define LEAD(i) d_step { stage[i] == ASKING && ELECTS(promises[i]) && SURE(i) ->  \
    stage[i] = LEADING; announced[i] = first[i];  \
    for (k : 0 .. SLOTS - 1) {  \
        if :: k < first[i] -> skip  \
           :: k >= first[i] && BEST(i,k) != 0 -> PROPOSED(i,k) = PROPOSED(BEST(i,k),k)  \
           :: k >= first[i] && BEST(i,k) == 0 -> PROPOSED(i,k) = i fi;  \
        BEST(i,k) = 0 };  \
    REACHED_LEADING(i);  \
    for (k : 0 .. N - 1) { THROUGH(i,k) = first[i] };  \
    promises[i] = 0; DONE }

/* --- Phase 2 --- */

#ifdef ACCEPT_BELOW_PROMISE
#define MAY_ACCEPT(a,i) true
#else
#define MAY_ACCEPT(a,i) (promised[a] <= NUMBER(i))
#endif
/* Held under the attempt's ballot, as far as the acceptor may say so. */
#define UNDER(v,i) ((v) != 0 && NUMBER(v) == NUMBER(i))
#if defined(ACK_OVER_OLDER_BALLOT)             /* counts slots held under any ballot */
#define HELD(a,i,s) (DURABLE_KNOWN(a) > s || DURABLE_VOTE(a,s) != 0)
#elif defined(ACCEPTED_BEFORE_DURABLE)
#define HELD(a,i,s) (known[a] > s || UNDER(VOTE(a,s),i))
#elif defined(OWN_VOTE_BEFORE_DURABLE)         /* the leader counts itself at once */
#define HELD(a,i,s) (DURABLE_KNOWN(a) > s || UNDER(DURABLE_VOTE(a,s),i)  \
    || (a == OWNER(i) && UNDER(VOTE(a,s),i)))
#else
#define HELD(a,i,s) (DURABLE_KNOWN(a) > s || UNDER(DURABLE_VOTE(a,s),i))
#endif

/* P5. */
inline acknowledge(a, i) {
#ifdef ACK_OVER_GAP                            /* the last slot accepted, whatever is before it */
    for (k : 0 .. SLOTS - 1) {
        if :: THROUGH(i,a) <= k && HELD(a,i,k) -> THROUGH(i,a) = k + 1 :: else fi
    }
#else
    for (k : 0 .. SLOTS - 1) {
        if :: THROUGH(i,a) == k && HELD(a,i,k) -> THROUGH(i,a) = k + 1 :: else fi
    }
#endif
    DONE
}

#ifdef ACCEPT_KEEPS_PROMISE                    /* accepting b does not promise b */
#define RAISES(a,i) false
#else
#define RAISES(a,i) (promised[a] < NUMBER(i))
#endif

#define NEW_VOTE(a,i,s) (s >= known[a] && !UNDER(VOTE(a,s),i))

/* P1. Of a slot known chosen nothing is stored, but the ballot is promised and acknowledged. */
#define ACCEPT(a,i,s) d_step { stage[i] >= LEADING && s >= first[i] && MAY_ACCEPT(a,i)  \
    && (NEW_VOTE(a,i,s) || RAISES(a,i)) ->  \
    if :: RAISES(a,i) -> promised[a] = NUMBER(i) :: else fi;  \
    if :: NEW_VOTE(a,i,s) -> VOTE(a,s) = i; REPAIRED(a,s) :: else fi;  \
    ACKNOWLEDGE_AT_ONCE(a,i) }
#ifdef DAMAGE
#define REPAIRED(a,s) if :: damaged == a && damaged_slot == s -> damaged = N :: else fi
#else
#define REPAIRED(a,s) skip
#endif
#ifdef DISK
#define ACKNOWLEDGE_AT_ONCE(a,i) skip
#define MORE_HELD(a,i) (THROUGH(i,a) < SLOTS && HELD(a,i,THROUGH(i,a)))
#define ACKNOWLEDGE(a,i) d_step { stage[i] == LEADING && promised[a] == NUMBER(i) && MORE_HELD(a,i) ->  \
    acknowledge(a,i) }
#else
#define ACKNOWLEDGE_AT_ONCE(a,i) acknowledge(a,i)
#endif

/* P5. The leader alone knows. */
#define CHOOSE(i) d_step { stage[i] == LEADING && announced[i] < SLOTS &&  \
    CHOOSES((THROUGH(i,0) > announced[i]) | ((THROUGH(i,1) > announced[i]) << 1)  \
            | ((THROUGH(i,2) > announced[i]) << 2)) ->  \
    decide(announced[i], PROPOSED(i,announced[i])); announced[i]++; REACHED(i) }

/* That the checks are not about nothing: each of these must be violated. */
#if defined(REACH_ADOPTED)      /* a leader gets another's value chosen, behind one of its own */
#define REACHED(i) assert(!(announced[i] == SLOTS && first[i] == 0 && PROPOSED(i,0) == i  \
                            && PROPOSED(i,SLOTS - 1) != i))
#elif defined(REACH_COMPACTED)  /* a leader goes on behind a slot that it was only told of */
#define REACHED(i) assert(!(first[i] == 1 && i > 1 && PROPOSED(i,1) == i))
#elif defined(REACH_DOUBT)      /* a doubtful report counts beside a higher one */
#define REACHED(i) assert(!(DOUBT(i) && damaged_slot >= first[i] && announced[i] == SLOTS))
#elif defined(REACH_RESERVED)   /* elected by the others, its own promise not durable; a crash */
#define REACHED(i) assert(!(stage[1] == ENDED && disk_promised[OWNER(1)] < NUMBER(1) && i > 1))
#elif defined(REACH_SECOND_USE) /* a ballot that was lost in a crash is used again */
#define REACHED(i) assert(!(i == 2 && stage[1] == OVER))
#else
#define REACHED(i) skip
#endif

/* --- Learning --- */

/* P6. */
#ifdef WATERMARK_BELIEVED                      /* for what was accepted under another ballot */
#define OF_BALLOT(a,i,s) (VOTE(a,s) != 0)
#else
#define OF_BALLOT(a,i,s) UNDER(VOTE(a,s),i)
#endif
#define LEARN(a,i) d_step { stage[i] >= LEADING && announced[i] > known[a] &&  \
    promised[a] <= NUMBER(i) && OF_BALLOT(a,i,known[a]) ->  \
    decide(known[a], PROPOSED(VOTE(a,known[a]),known[a])); known[a]++; forget_votes(a) }

#define LEARN_OWN(i) d_step { stage[i] == LEADING && announced[i] > known[OWNER(i)]  \
    && known[OWNER(i)] >= first[i] -> known[OWNER(i)]++; forget_votes(OWNER(i)) }

#define FETCH(a,c) d_step { known[c] > known[a] -> known[a]++; forget_votes(a) }

/* --- Crashes, damage --- */

#ifdef DISK
#define DIRTY(a) (RESERVED_DIRTY(a) || AHEAD_DIRTY(a) || promised[a] != disk_promised[a] || known[a] != disk_known[a]  \
    || VOTE(a,0) != DURABLE_VOTE(a,0) || VOTE(a,SLOTS - 1) != DURABLE_VOTE(a,SLOTS - 1))

#define FLUSH(a) d_step { DIRTY(a) -> RESERVED_FLUSH(a); AHEAD_FLUSH(a);  \
    disk_promised[a] = promised[a]; disk_known[a] = known[a];  \
    for (k : 0 .. SLOTS - 1) { DURABLE_VOTE(a,k) = VOTE(a,k) };  \
    DONE }

#define CRASH(a) d_step { crashes < CRASHES -> crashes++; RESERVED_CRASH(a); AHEAD_CRASH(a);  \
    promised[a] = disk_promised[a]; known[a] = disk_known[a];  \
    for (k : 0 .. SLOTS - 1) { VOTE(a,k) = DURABLE_VOTE(a,k) };  \
    for (k : 1 .. ATTEMPTS) {  \
        if :: OWNER(k) == a && stage[k] == ASKING -> stage[k] = OVER; promises[k] = 0; first[k] = 0  \
           :: OWNER(k) == a && stage[k] == LEADING -> stage[k] = ENDED  \
           :: else fi };  \
    BELIEVE_LOG(a); DONE }
#endif
#ifdef RECOVERY_BELIEVES_LOG                   /* an unchosen tail is taken for chosen */
#define BELIEVE_LOG(a) do :: known[a] < SLOTS && VOTE(a,known[a]) != 0 ->  \
    decide(known[a], PROPOSED(VOTE(a,known[a]),known[a])); known[a]++ :: else -> break od;  \
    forget_votes(a)
#else
#define BELIEVE_LOG(a) skip
#endif

#ifdef DAMAGE
/* P7. The bound is the least that is true. PROMISE_FORGOTTEN: the promise is lost, not a vote. */
#ifdef PROMISE_FORGOTTEN
#define DAMAGE_DONE(a,s) promised[a] = 0
#else
#define DAMAGE_DONE(a,s) damaged = a; damaged_slot = s; damaged_bound = NUMBER(VOTE(a,s)); VOTE(a,s) = 0
#endif
#define LOSE(a,s) d_step { !damage_done && VOTE(a,s) != 0 -> damage_done = true; DAMAGE_DONE(a,s) }

/* REPAIRED_FROM_ACCEPTED: a lost acceptance is replaced by what a peer has accepted. */
#define REPAIR(a,c) d_step { damaged == a && VOTE(c,damaged_slot) != 0 ->  \
    VOTE(a,damaged_slot) = VOTE(c,damaged_slot); damaged = N }
#endif

#define ACCEPT_1(a,i) ACCEPT(a,i,0)
#define ACCEPT_2(a,i) ACCEPT(a,i,1)

init {
end:do
    EACH_I(START)
#ifdef DISK
    EACH_AI(TAKE_PREPARE)
    EACH_AI(ACKNOWLEDGE)
    EACH_A(FLUSH)
    EACH_A(CRASH)
#endif
#ifdef RESERVE
    EACH_I(RESERVE_BALLOT)
#endif
#ifdef AHEAD
    EACH_AI(WRITE_AHEAD)
#endif
    EACH_AI(PROMISE)
    EACH_I(LEAD)
    EACH_AI(ACCEPT_1)
#if SLOTS > 1
    EACH_AI(ACCEPT_2)
#endif
    EACH_I(CHOOSE)
    EACH_AI(LEARN)
    EACH_I(LEARN_OWN)
    EACH_AA(FETCH)
#ifdef STALE_PROMISE
    :: STALE(1,2) :: STALE(1,4) :: STALE(2,3)
#endif
#ifdef DAMAGE
    :: LOSE(0,0) :: LOSE(1,0) :: LOSE(2,0)
#if SLOTS > 1
    :: LOSE(0,1) :: LOSE(1,1) :: LOSE(2,1)
#endif
#ifdef REPAIRED_FROM_ACCEPTED
    EACH_AA(REPAIR)
#endif
#endif
    od
}
