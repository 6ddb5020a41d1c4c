#include "bench/write_ledger.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace decree::bench {
namespace {

void write_all(WriteLedger& ledger, std::uint64_t client,
               const std::vector<std::uint64_t>& numbers) {
  for (const std::uint64_t number : numbers) {
    std::array<std::byte, 16> command{};
    number_command(command, number);
    Reply reply;
    ledger.apply(Entry{Slot{1}, ClientId{client}, command}, reply);
  }
}

TEST(WriteLedger, CountsTheWritesOfEverySession) {
  WriteLedger ledger;
  write_all(ledger, 7, {1, 2, 3});
  write_all(ledger, 8, {1, 2});
  EXPECT_EQ(ledger.written(), 5U);
  EXPECT_EQ(ledger.misplaced(), 0U);
}

TEST(WriteLedger, SeesARepetitionAndAHole) {
  WriteLedger ledger;
  write_all(ledger, 7, {1, 2, 2, 3, 5, 6});
  EXPECT_EQ(ledger.written(), 4U);
  EXPECT_EQ(ledger.misplaced(), 2U);
}

TEST(WriteLedger, DoesNotNumberWhatHasNoSession) {
  WriteLedger ledger;
  write_all(ledger, 0, {9});
  EXPECT_EQ(ledger.written(), 0U);
  EXPECT_EQ(ledger.misplaced(), 0U);
}

TEST(WriteLedger, WhatIsMissingOrTooManyIsLost) {
  const LedgerState state{.written = 10, .misplaced = 1};
  EXPECT_EQ(lost_writes(state, 10), 1U);
  EXPECT_EQ(lost_writes(state, 12), 3U);
  EXPECT_EQ(lost_writes(state, 9), 2U);
  EXPECT_EQ(lost_writes({.written = 10}, 10), 0U);
}

}  // namespace
}  // namespace decree::bench
