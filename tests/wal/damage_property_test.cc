// Random damage to directories: an opening invents nothing, and what it lost it names.
#include <gtest/gtest.h>

#include "tests/wal/damage.h"
#include "tests/wal/judgement.h"
#include "wal/identity.h"

namespace decree::wal {
namespace {

class DamageRun {
 public:
  explicit DamageRun(std::uint64_t seed) : choices_(seed) {}

  /// A directory that was opened a few times, the last time without an append: so `identity` tells
  /// what there was, and nothing is lost without a trace.
  void write() {
    for (std::uint64_t openings = 1 + choices_.below(4); openings > 0; --openings) {
      ASSERT_EQ(written_.append_some(), "");
    }
    ASSERT_EQ(written_.look(), "");
    files_ = written_.files();
  }

  /// One block of one segment or snapshot has other bytes now.
  void hurt_a_block() {
    Damage damage(choices_, files_, [this](const std::string& name) {
      return name != kIdentityName && is_in_use(name);
    });
    const HurtBlock block = damage.hurt_a_block();
    hurt_the_end_ = hurt_the_end_ || is_at_the_end(block);
  }

  /// Something that is no longer a question of blocks.
  void hurt_a_file() {
    Damage(choices_, files_, [this](const std::string& name) {
      return is_in_use(name);
    }).hurt_a_file();
  }

  /// Opens twice, with an append between.
  void check(bool must_open) {
    const MemoryFiles damaged = files_;
    const Judgement judgement(written_, damaged);
    MemoryDisk disk(files_);
    Opened opened = open_log(disk, small_options());
    ASSERT_EQ(judgement.of(opened, files_), "");
    ASSERT_FALSE(!opened.log && must_open && !hurt_the_end_) << opened.problem;
    if (opened.log) {
      ASSERT_EQ(judge_next_opening(std::move(opened), disk, files_), "");
    }
  }

 private:
  /// What is wrong in a file that is waiting to be used again comes to light when it is.
  [[nodiscard]] bool is_in_use(const std::string& name) const {
    const auto number = segment_number(name);
    return !number || *number >= written_.start().segment;
  }

  /// Where the next batch would be: a bad block may be all that is left of it, be there a mark in
  /// front of it or not.
  bool is_at_the_end(const HurtBlock& block) {
    MemoryDisk disk(files_);
    IdentityRecord identity;
    EXPECT_EQ(load_identity(disk, identity), "");
    const Place& end = identity.end;
    if (block.name == segment_name(end.segment)) {
      return block.index == end.block || block.index == end.block + 1;
    }
    return block.name == segment_name(end.segment + 1) && block.index <= 2;
  }

  RandomChoices choices_;
  WrittenLog written_{choices_};
  MemoryFiles files_;
  bool hurt_the_end_ = false;
};

TEST(DamageProperty, OneBlockIsNeverTooMuch) {
  for (std::uint64_t seed = 1; seed <= 800 && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    DamageRun run(seed);
    run.write();
    run.hurt_a_block();
    run.check(true);
  }
}

TEST(DamageProperty, NothingIsInventedOrForgotten) {
  for (std::uint64_t seed = 1; seed <= 2'000 && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    DamageRun run(seed);
    run.write();
    for (std::uint64_t i = seed % 40; i > 0; --i) run.hurt_a_block();
    for (std::uint64_t i = seed % 4; i > 1; --i) run.hurt_a_file();
    run.check(false);
  }
}

}  // namespace
}  // namespace decree::wal
