// A directory that comes back from a backup is refused; one that merely crashed never is.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/replica/group.h"

namespace decree::replica {
namespace {

using leases::Duration;

std::uint32_t other(std::uint32_t id) { return id % 3 + 1; }

std::size_t noticed(const Group& group, std::uint32_t id, const std::string& part) {
  const auto& notices = group.notices(id);
  return static_cast<std::size_t>(
      std::count_if(notices.begin(), notices.end(),
                    [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

bool connected(Group& group, std::uint32_t id, std::uint32_t peer) {
  for (const PeerStatus& each : group.engine(id).status().peers) {
    if (each.id == ReplicaId{peer}) return each.connected;
  }
  return false;
}

class RestoredBackup : public testing::Test {
 protected:
  RestoredBackup() { group_.start_all(); }

  void commit(std::uint32_t leader, std::size_t total) {
    while (group_.machine(leader).commands.size() < total) {
      const OutcomeRef outcome = group_.propose(leader, "x");
      ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
      ASSERT_FALSE(outcome->error) << outcome->error.message();
    }
  }
  void replace(std::uint32_t id, const wal::MemoryFiles& files) {
    group_.kill(id);
    group_.files(id) = files;
    group_.start(id);
  }

  Group group_{3};
};

TEST_F(RestoredBackup, ThatForgotAcceptancesIsRefusedByTheLeader) {
  const std::uint32_t leader = group_.elect();
  const std::uint32_t victim = other(leader);
  commit(leader, 5);
  ASSERT_TRUE(group_.run_until([&] { return group_.machine(victim).commands.size() == 5; }));
  const wal::MemoryFiles backup = group_.files(victim);
  commit(leader, 20);
  ASSERT_TRUE(group_.run_until([&] { return group_.machine(victim).commands.size() == 20; }));
  const Ballot ballot = group_.engine(leader).status().promised;
  const Slot told = group_.engine(victim).introduce().log_end;
  replace(victim, backup);
  const Slot stated = group_.engine(victim).introduce().log_end;
  ASSERT_LT(stated, told);
  EXPECT_EQ(noticed(group_, leader,
                    "its directory is an old copy, a restored backup: it states a "
                    "log that ends with slot " +
                        std::to_string(stated.value) + ", but slot " + std::to_string(told.value)),
            2u)
      << "of its hello and of its answer: " << testing::PrintToString(group_.notices(leader));
  commit(leader, 30);
  group_.run_for(Duration::millis(2000));
  EXPECT_FALSE(connected(group_, leader, victim));
  EXPECT_LT(group_.machine(victim).commands.size(), 20u);
  EXPECT_EQ(group_.elect(), leader);
  EXPECT_EQ(group_.engine(leader).status().promised, ballot) << "it disturbed nobody";
}

TEST_F(RestoredBackup, ThatForgotItsOwnBallotIsRefusedByAll) {
  std::array<wal::MemoryFiles, 4> backups;
  for (std::uint32_t id = 1; id <= 3; ++id) backups.at(id) = group_.files(id);
  const std::uint32_t first = group_.elect();
  const Ballot ballot = group_.engine(first).status().promised;
  commit(first, 5);
  replace(first, backups.at(first));
  for (std::uint32_t id = 1; id <= 3; ++id) {
    if (id == first) continue;
    EXPECT_EQ(noticed(group_, id,
                      "it states a promise of no ballot, but one of ballot " +
                          std::to_string(ballot.round) + " of replica " + std::to_string(first) +
                          " was durable"),
              2u)
        << testing::PrintToString(group_.notices(id));
    EXPECT_FALSE(connected(group_, id, first));
  }
  const std::uint32_t second = group_.elect();
  ASSERT_NE(second, first);
  commit(second, 10);
}

TEST_F(RestoredBackup, OfAnEarlierStartIsRefused) {
  const std::uint32_t leader = group_.elect();
  const std::uint32_t victim = other(leader);
  const wal::MemoryFiles backup = group_.files(victim);
  for (int i = 0; i < 2; ++i) {
    group_.kill(victim);
    group_.start(victim);
  }
  replace(victim, backup);
  for (std::uint32_t id = 1; id <= 3; ++id) {
    if (id == victim) continue;
    EXPECT_EQ(noticed(group_, id, "its start number 2 is older than 3, which was here before"), 2u)
        << testing::PrintToString(group_.notices(id));
  }
  commit(leader, 5);
}

// What the victim had sent counts, although the leader has not looked at it when it returns.
TEST_F(RestoredBackup, IsRefusedForWhatStillWaits) {
  const std::uint32_t leader = group_.elect();
  const std::uint32_t victim = other(leader);
  commit(leader, 5);
  group_.kill(6 - leader - victim);
  const wal::MemoryFiles backup = group_.files(victim);
  transport::Encoder encoder({7, 0, ReplicaId{victim}});
  const Ballot ballot = group_.engine(leader).status().ballot;
  group_.engine(leader).on_frame(ReplicaId{victim},
                                 encoder.encode(Accepted{ballot, Slot{1000}, {}}));
  group_.engine(leader).on_hello(ReplicaId{victim});
  std::string reason;
  EXPECT_FALSE(group_.engine(leader).admit(ReplicaId{victim}, transport::Handshake::answer,
                                           group_.engine(victim).introduce(), reason));
  replace(victim, backup);
  EXPECT_EQ(noticed(group_, leader, "but slot 1000 was durable there"), 2u)
      << testing::PrintToString(group_.notices(leader));
}

/// Replicas that crash at any moment, with writes under way, on connections that come and go.
class Crashes {
 public:
  explicit Crashes(std::uint64_t seed) : dice_(seed) { group_.start_all(); }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    for (std::uint32_t id = 1; id <= 3; ++id) {
      EXPECT_EQ(noticed(group_, id, "refused"), 0u) << testing::PrintToString(group_.notices(id));
    }
  }
  /// Restarts that had something to forget.
  [[nodiscard]] int tried() const { return tried_; }

 private:
  bool chance(unsigned percent) { return dice_() % 100 < percent; }

  void step() {
    const auto id = static_cast<std::uint32_t>(1 + dice_() % 3);
    for (std::uint64_t n = dice_() % 4; n > 0; --n) group_.propose(id, std::string(3000, 'x'));
    if (chance(50)) group_.hold_disk(id, chance(50));
    if (chance(10)) group_.isolate(other(id));
    group_.run_for(Duration::micros(static_cast<std::int64_t>(dice_() % 20'000)));
    if (chance(20)) group_.heal();
    if (chance(30)) restart(id);
    if (chance(20)) group_.run_for(Duration::millis(500));
  }

  void restart(std::uint32_t id) {
    const transport::Introduction before = group_.engine(id).introduce();
    const std::size_t under_way = group_.disk(id).outstanding();
    const unsigned survivors = static_cast<unsigned>(dice_() % 101);
    group_.kill(id, [&] { return chance(survivors); });
    group_.start(id);
    const transport::Introduction after = group_.engine(id).introduce();
    EXPECT_EQ(after.incarnation, before.incarnation);
    EXPECT_GT(after.start, before.start);
    EXPECT_GE(after.promised, before.promised);
    EXPECT_GE(after.log_end, before.log_end);
    if (under_way > 0 && before.log_end > Slot{}) ++tried_;
  }

  Group group_{3};
  std::mt19937_64 dice_;
  int tried_ = 0;
};

TEST(OrdinaryCrash, IsNeverRefused) {
  int tried = 0;
  for (std::uint64_t seed = 1; seed <= 60 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Crashes crashes(seed);
    crashes.run(60);
    tried += crashes.tried();
  }
  EXPECT_GT(tried, 100) << "too few crashes had writes under way";
}

}  // namespace
}  // namespace decree::replica
