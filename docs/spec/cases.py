"""What is checked: models, and the mistakes that must be found in them.

A case is a model and its defines. A correct case must be explored to its end and nothing be found. A
mistake must end in a violated assertion; so must a reach, which is no mistake but a state that a
correct model must be able to get to, or else what it does not find says nothing.
"""

import enum
from typing import NamedTuple


class Kind(enum.Enum):
    CORRECT = "correct"
    REACH = "reach"
    MISTAKE = "mistake"


class Case(NamedTuple):
    kind: Kind
    model: str
    defines: tuple  # the first one is the mistake's or the reach's name
    large: bool = False  # only by hand
    deep: bool = False  # its mistake is searched depth first: too much lies above it

    @property
    def name(self):
        words = (self.model, *(define.lower().replace("=", "-") for define in self.defines))
        return "-".join(words).replace("_", "-")


def correct(model, defines="", large=False):
    return Case(Kind.CORRECT, model, tuple(defines.split()), large)


def reach(model, name, defines=""):
    return Case(Kind.REACH, model, ("REACH_" + name, *defines.split()))


def mistake(model, name, defines="", deep=False):
    return Case(Kind.MISTAKE, model, (name, *defines.split()), deep=deep)


CORRECT = [
    correct("ballots", "ATTEMPTS=3 SLOTS=2"),
    correct("ballots", "ATTEMPTS=3 SLOTS=1"),
    correct("ballots", "ATTEMPTS=2 SLOTS=2"),
    correct("ballots", "DAMAGE ATTEMPTS=3 SLOTS=1"),
    correct("ballots", "DAMAGE ATTEMPTS=2 SLOTS=2"),
    correct("ballots", "DISK ATTEMPTS=2 SLOTS=1 CRASHES=2"),
    correct("ballots", "DISK SHARED_BALLOT ATTEMPTS=3 SLOTS=1 CRASHES=1"),
    correct("ballots", "RESERVE DISK ATTEMPTS=2 SLOTS=1 CRASHES=2"),
    correct("ballots", "RESERVE DISK SHARED_BALLOT ATTEMPTS=3 SLOTS=1 CRASHES=1"),
    correct("ballots", "AHEAD DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    correct("membership", "ATTEMPTS=2"),
    correct("leases", "BALLOTS=2 T=4 SLOW=1 FAST=2 RESTARTS=1"),
    correct("leases", "BALLOTS=2 T=6 SLOW=2 FAST=3 RESTARTS=1"),
    correct("leases", "BALLOTS=3 T=2 SLOW=1 FAST=2 RESTARTS=1"),
    correct("leases", "RETURNING BALLOTS=3 T=2 SLOW=1 FAST=2 RESTARTS=1"),
    correct("leases", "T_CHANGES BALLOTS=2 T=4 SLOW=1 FAST=2 RESTARTS=1"),
    correct("voters", "BALLOTS=2 T=1"),
    correct("voters", "BALLOTS=2 T=2"),
    correct("reads", "BALLOTS=2 SLOTS=2 RESTARTS=1"),
    correct("reads", "BALLOTS=2 SLOTS=3 RESTARTS=0"),
]

LARGE = [
    correct("ballots", "ATTEMPTS=4 SLOTS=1", large=True),
    correct("ballots", "DISK ATTEMPTS=3 SLOTS=1 CRASHES=2", large=True),
    correct("ballots", "AHEAD AHEAD_ALL DISK ATTEMPTS=2 SLOTS=1 CRASHES=2", large=True),
    correct("membership", "ATTEMPTS=2 CHANGERS=2", large=True),
    correct("leases", "BALLOTS=2 T=4 SLOW=1 FAST=2 RESTARTS=2", large=True),
    correct("leases", "RETURNING BALLOTS=3 T=2 SLOW=1 FAST=2 RESTARTS=2", large=True),
    correct("leases", "BALLOTS=2 T=8 SLOW=1 FAST=2 RESTARTS=1", large=True),
    correct("voters", "BALLOTS=2 T=4", large=True),
    correct("reads", "BALLOTS=2 SLOTS=3 RESTARTS=1", large=True),
    correct("reads", "BALLOTS=3 SLOTS=2 RESTARTS=0", large=True),
]

REACHES = [
    reach("ballots", "ADOPTED"),
    reach("ballots", "COMPACTED"),
    reach("ballots", "DOUBT", "DAMAGE ATTEMPTS=2"),
    reach("ballots", "SECOND_USE", "DISK SHARED_BALLOT SLOTS=1 CRASHES=1"),
    reach("ballots", "RESERVED", "RESERVE DISK SHARED_BALLOT SLOTS=1 CRASHES=1"),
    reach("ballots", "AHEAD", "AHEAD DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    reach("membership", "TWO_BEHIND"),
    reach("membership", "NEW_VOTERS"),
    reach("leases", "SECOND_LEASE"),
    reach("leases", "EDGE"),
    reach("leases", "EDGE", "T=6 SLOW=2 FAST=3"),
    reach("leases", "RETURN", "RETURNING BALLOTS=3 T=2"),
    reach("voters", "CHANGED"),
    reach("reads", "LEASE_READ", "SLOTS=2"),
    reach("reads", "LATE_READ", "SLOTS=2"),
    reach("reads", "FOLLOWER_READ", "SLOTS=2"),
]

MISTAKES = [
    mistake("ballots", "PROMISE_QUORUM_HALF"),
    mistake("ballots", "ACCEPT_QUORUM_HALF"),
    mistake("ballots", "BALLOT_REUSED", "SHARED_BALLOT SLOTS=1"),
    mistake("ballots", "STALE_PROMISE", "ATTEMPTS=4 SLOTS=1"),
    mistake("ballots", "LOWEST_ADOPTED", "SLOTS=1"),
    mistake("ballots", "WATERMARK_IGNORED"),
    mistake("ballots", "ACCEPT_BELOW_PROMISE", "SLOTS=1"),
    mistake("ballots", "ACCEPT_KEEPS_PROMISE", "SLOTS=1"),
    mistake("ballots", "ACK_OVER_OLDER_BALLOT"),
    mistake("ballots", "ACK_OVER_GAP"),
    mistake("ballots", "WATERMARK_BELIEVED", "SLOTS=1"),
    mistake("ballots", "PREPARE_BEFORE_DURABLE", "DISK SHARED_BALLOT SLOTS=1 CRASHES=1"),
    mistake("ballots", "RESERVATION_FORGOTTEN", "RESERVE DISK SHARED_BALLOT SLOTS=1 CRASHES=1"),
    mistake("ballots", "OWN_PROMISE_BEFORE_DURABLE", "RESERVE DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    mistake("ballots", "AHEAD_FORGOTTEN", "AHEAD DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    mistake("ballots", "AHEAD_BEFORE_DURABLE", "AHEAD DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    mistake("ballots", "AHEAD_WATERMARK_LOST", "AHEAD DISK ATTEMPTS=2 SLOTS=1 CRASHES=0"),
    mistake("ballots", "PROMISE_BEFORE_DURABLE", "DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    mistake("ballots", "ACCEPTED_BEFORE_DURABLE", "DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    mistake("ballots", "OWN_VOTE_BEFORE_DURABLE", "DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    mistake("ballots", "RECOVERY_BELIEVES_LOG", "DISK ATTEMPTS=2 SLOTS=1 CRASHES=1"),
    mistake("ballots", "FAULTY_COUNTED", "DAMAGE SLOTS=1"),
    mistake("ballots", "REPAIRED_FROM_ACCEPTED", "DAMAGE SLOTS=1"),
    mistake("ballots", "PROMISE_FORGOTTEN", "DAMAGE SLOTS=1"),
    mistake("membership", "PHASE_1_NOT_REPEATED", deep=True),
    mistake("membership", "ALL_UNDER_OLD_VOTERS", deep=True),
    mistake("membership", "CHANGE_UNDER_NEW_VOTERS"),
    mistake("membership", "PROPOSED_BEHIND_CHANGE", deep=True),
    mistake("membership", "VOTERS_FORGOTTEN"),
    mistake("membership", "LEARNER_COUNTED"),
    mistake("membership", "WIPED_VOTES_ON"),
    mistake("leases", "NO_RHO"),
    mistake("leases", "LEASE_ONE_TICK_LONG"),
    mistake("leases", "GRANT_ONE_TICK_SHORT"),
    mistake("leases", "WAIT_ONE_TICK_SHORT"),
    mistake("leases", "RESTART_ONE_TICK_SHORT"),
    mistake("leases", "LEASE_FROM_REPLY"),
    mistake("leases", "LEASE_FROM_ANY_GRANT"),
    mistake("leases", "NO_WAIT"),
    mistake("leases", "WAIT_FOR_ONE"),
    mistake("leases", "OWN_GRANT_NOT_WAITED_FOR"),
    mistake("leases", "RESTART_FORGETS"),
    mistake("leases", "FORGOTTEN_NOT_FOR_SELF"),
    mistake("leases", "GRANT_BELOW_PROMISE"),
    mistake("leases", "GRANT_BORN_OLD"),
    mistake("leases", "RECORDED_BY_DISK"),
    mistake("leases", "LEASE_SURVIVES_RELEASE"),
    mistake("leases", "ANSWERS_REVIVE"),
    mistake("leases", "RELEASED_BALLOT_RESUMED"),
    mistake("leases", "RELEASE_CLEARS_ALL", "BALLOTS=3 T=2"),
    mistake("leases", "LATE_HELLO"),
    mistake("leases", "REPLACEMENT_ENDS"),
    mistake("leases", "T_NOT_COMPARED", "T_CHANGES"),
    mistake("leases", "T_NOT_DURABLE", "T_CHANGES"),
    mistake("leases", "LONGEST_FORGOTTEN", "T_CHANGES"),
    mistake("voters", "LEASE_OVER_OLD_VOTERS"),
    mistake("voters", "WAIT_OVER_FIRST_VOTERS"),
    mistake("voters", "CHANGE_BEFORE_WAIT"),
    mistake("reads", "READ_BEFORE_NOOP", "SLOTS=2"),
    mistake("reads", "NO_WAIT", "SLOTS=2"),
    mistake("reads", "APPLIED_BEFORE_WAIT", "SLOTS=2"),
    mistake("reads", "TOLD_BEFORE_APPLIED", "SLOTS=2"),
    mistake("reads", "TOLD_BEFORE_WAIT", "SLOTS=2"),
    mistake("reads", "CATCH_UP_UNANNOUNCED", "SLOTS=2"),
    mistake("reads", "PERSISTED_UNANNOUNCED", "SLOTS=2"),
    mistake("reads", "STATE_FIRST", "SLOTS=2"),
    mistake("reads", "LEASE_NOT_CHECKED", "SLOTS=2"),
    mistake("reads", "ROUND_JOINED", "SLOTS=2"),
    mistake("reads", "OLD_ROUND_ANSWERED", "SLOTS=2"),
    mistake("reads", "POINT_WITHOUT_CHECK", "SLOTS=2"),
    mistake("reads", "FOLLOWER_READS_AT_ONCE", "SLOTS=2"),
]

CASES = CORRECT + REACHES + MISTAKES + LARGE
