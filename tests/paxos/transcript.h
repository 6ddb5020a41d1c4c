// A scenario as a text file: commands, and under each what came out.
#ifndef DECREE_TESTS_PAXOS_TRANSCRIPT_H_
#define DECREE_TESTS_PAXOS_TRANSCRIPT_H_

#include <string>
#include <string_view>
#include <vector>

namespace decree::paxos::test {

/// Runs the commands of a transcript; returns it with the output that they have now. Lines that are
/// indented are output; lines that are empty or start with # are kept. Commands:
///
///   replicas N             a new group, every replica connected to every other
///   campaign I             I starts phase 1 with its next ballot
///   propose I NAME [SIZE]  I proposes a command, padded to SIZE bytes
///   open I                 the wait of the leader I for older leases is over
///   deliver I->J [N|all]   the next message(s) under way; a message sent meanwhile is not among
///   them lose I->J              the next message under way is dropped late I->J [N|all]      the
///   same of what an earlier connection still carries durable I [N]          the oldest N appends
///   of I are durable; all of them without N crash I, restart I     what is not durable is lost
///   connect I J, connect I->J
///   cut I J, cut I->J      what is under way is lost
///   cut-late I->J          what is under way arrives late
///   heartbeat I, remind I, step-down I
///   settle [I J ...]       everything (only among the replicas named) is delivered and durable
///   until
///                          all is quiet; only where each of them stands is written down
///   show                   where each replica stands
///
/// Each command ends the turn of its replica, unless the line ends with "&".
std::string replay(std::string_view transcript);

}  // namespace decree::paxos::test

#endif  // DECREE_TESTS_PAXOS_TRANSCRIPT_H_
