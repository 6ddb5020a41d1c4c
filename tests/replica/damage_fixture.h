// A group whose logs and snapshots are damaged.
#ifndef DECREE_TESTS_REPLICA_DAMAGE_FIXTURE_H_
#define DECREE_TESTS_REPLICA_DAMAGE_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/replica/group.h"
#include "wal/format.h"

namespace decree::replica {

inline constexpr std::size_t kCommandBytes = 3'000;  // a block of the log each
inline constexpr int kCommands = 40;
// The watermark is recorded, and then what is durable marked.
inline constexpr leases::Duration kUntilIdle = leases::Duration::millis(600);

class DamageTest : public testing::Test {
 protected:
  DamageTest() : group_(3) {
    group_.options.log_bytes = 16u << 20;
    group_.start_all();
  }

  void propose(int count) {
    const std::uint32_t leader = group_.elect();
    ASSERT_NE(leader, 0u);
    for (int i = 0; i < count; ++i) {
      std::string command = std::to_string(++proposed_);
      command.resize(kCommandBytes, static_cast<char>('a' + proposed_ % 26));
      const OutcomeRef outcome = group_.propose(leader, command);
      ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
      ASSERT_FALSE(outcome->error) << outcome->error.message();
    }
    ASSERT_TRUE(group_.run_until([&] { return all_have_everything(); }));
  }
  bool has_everything(std::uint32_t id) {
    return group_.machine(id).commands.size() == static_cast<std::size_t>(proposed_);
  }
  bool all_have_everything() { return has_everything(1) && has_everything(2) && has_everything(3); }
  void kill_all() {
    group_.run_for(kUntilIdle);
    for (std::uint32_t id = 1; id <= 3; ++id) group_.kill(id);
  }

  /// The blocks of the log that hold batches, in its order.
  std::vector<std::size_t> batches(std::uint32_t id) {
    std::vector<std::size_t> found;
    const std::vector<std::byte>& bytes = segment(id);
    for (std::size_t at = 0; at < bytes.size(); at += wal::kBlockSize) {
      const auto stamp = wal::load<wal::BlockStamp>(std::span(bytes).subspan(at));
      if (stamp.kind == static_cast<std::uint32_t>(wal::BlockKind::batch)) found.push_back(at);
    }
    return found;
  }
  void rot(std::uint32_t id, std::size_t at) { segment(id)[at + 1234] ^= std::byte{1}; }
  std::vector<std::byte>& segment(std::uint32_t id) {
    return group_.files(id).at(wal::segment_name(1));
  }

  void rot_snapshot(std::uint32_t id) {
    ASSERT_TRUE(std::any_of(group_.files(id).begin(), group_.files(id).end(), [](auto& each) {
      if (each.first.find("snapshot-") != 0) return false;
      each.second[3 * wal::kBlockSize] ^= std::byte{1};
      return true;
    }));
  }

  [[nodiscard]] bool was_noted(std::uint32_t id, const std::string& what) {
    return group_.was_noted(id, what);
  }
  bool have_applied_the_same() {
    const Slot applied = group_.engine(1).core().applied();
    return group_.engine(2).core().applied() == applied &&
           group_.engine(3).core().applied() == applied;
  }
  void expect_equal() {
    EXPECT_TRUE(group_.run_until([&] { return have_applied_the_same(); }));
    for (const std::uint32_t id : {2u, 3u}) {
      EXPECT_EQ(group_.machine(1).commands, group_.machine(id).commands) << id;
      EXPECT_EQ(group_.engine(1).applied_digest(), group_.engine(id).applied_digest()) << id;
    }
  }

  Group group_;
  int proposed_ = 0;
};

}  // namespace decree::replica

#endif  // DECREE_TESTS_REPLICA_DAMAGE_FIXTURE_H_
