// Tokens as text, and what a fence admits.
#include "decree/fencing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/counting_new.h"

namespace decree {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

constexpr Token token(std::uint64_t round, std::uint32_t replica, std::uint64_t incarnation,
                      std::uint64_t slot) {
  return {{round, ReplicaId{replica}, Incarnation{incarnation}}, Slot{slot}};
}

const Token kToken = token(7, 2, 0xc0ffee00c0ffee, 42);
// Smallest first; each number decides only between those that are equal before it.
const std::vector<Token> kInOrder{token(1, 1, 5, 9),
                                  token(1, 1, 6, 2),
                                  token(1, 2, 1, 1),
                                  token(9, 1, 1, 1),
                                  token(9, 1, 1, 2),
                                  token(9, 1, 1, 16),
                                  token(9, 10, 1, 1),
                                  token(10, 1, 1, 1),
                                  token(16, 63, 1, 256),
                                  token(kMost, 1, 1, 1),
                                  token(kMost, 63, kMost, kMost)};

std::string text(const Token& token) { return std::string(TokenText(token).view()); }

TEST(TokenTextTest, IsWhatTheHeaderShows) {
  EXPECT_EQ(text(kToken), "0000000000000007-00000002-00c0ffee00c0ffee-000000000000002a-bb14130b");
}

TEST(TokenTextTest, ComesBackEqual) {
  for (const Token& each : kInOrder) {
    const ParsedToken parsed = parse_token(text(each));
    EXPECT_TRUE(parsed) << parsed.problem;
    EXPECT_EQ(parsed.token, each);
  }
  EXPECT_TRUE(parse_token(text(Token{})));
}

TEST(TokenTextTest, IsInTheOrderOfTheTokens) {
  for (std::size_t i = 1; i < kInOrder.size(); ++i) {
    EXPECT_LT(kInOrder[i - 1], kInOrder[i]);
    EXPECT_LT(text(kInOrder[i - 1]), text(kInOrder[i]));
  }
}

TEST(TokenTextTest, EveryOtherCharacterAnywhereIsFound) {
  const std::string good = text(kToken);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int other = 0; other < 256; ++other) {
      std::string bad = good;
      bad[at] = static_cast<char>(other);
      if (bad == good) continue;
      EXPECT_FALSE(parse_token(bad)) << bad;
      EXPECT_EQ(parse_token(bad).token, Token{});
    }
  }
}

TEST(TokenTextTest, ProblemsAreNamed) {
  const auto problem = [](std::string_view text) { return std::string(parse_token(text).problem); };
  using testing::HasSubstr;
  const std::string good = text(kToken);
  EXPECT_THAT(problem(""), HasSubstr("68 characters"));
  EXPECT_THAT(problem(good + "\n"), HasSubstr("68 characters"));
  EXPECT_THAT(problem(good.substr(1)), HasSubstr("68 characters"));
  EXPECT_THAT(problem(std::string(TokenText::kSize, ' ')), HasSubstr("hexadecimal"));
  std::string upper = good;
  upper[good.find('c')] = 'C';
  EXPECT_THAT(problem(upper), HasSubstr("lower-case"));
  std::string sum = good;
  sum.back() = sum.back() == '0' ? '1' : '0';
  EXPECT_THAT(problem(sum), HasSubstr("checksum"));
  for (const Token& nobodys : {token(1, 0, 1, 1), token(1, 64, 1, 1), token(0, 1, 1, 1)}) {
    EXPECT_THAT(problem(text(nobodys)), HasSubstr("no replica"));
  }
}

TEST(FenceTest, RefusesWhatIsSmallerThanTheGreatestItAdmitted) {
  for (std::size_t newest = 0; newest < kInOrder.size(); ++newest) {
    Fence fence;
    EXPECT_TRUE(fence.admit(kInOrder[newest]));
    for (std::size_t i = 0; i < newest; ++i) {
      EXPECT_FALSE(fence.admit(kInOrder[i])) << text(kInOrder[i]);
      EXPECT_EQ(fence.greatest(), kInOrder[newest]);
    }
    for (std::size_t i = newest; i < kInOrder.size(); ++i) EXPECT_TRUE(fence.admit(kInOrder[i]));
    EXPECT_EQ(fence.greatest(), kInOrder.back());
  }
}

TEST(FenceTest, ALeaderActsManyTimesAndItsPredecessorNever) {
  Fence fence;
  const Token old = token(3, 1, 1, 1'000'000);
  const Token young = token(4, 2, 1, 1);
  EXPECT_TRUE(fence.admit(old));
  EXPECT_TRUE(fence.admit(old));
  EXPECT_TRUE(fence.admit(young));
  EXPECT_FALSE(fence.admit(old)) << "although its slot is greater";
  EXPECT_TRUE(fence.admit(young));
}

TEST(FenceTest, NobodysTokenIsRefused) {
  Fence fence;
  EXPECT_FALSE(fence.admit(Token{}));
  EXPECT_FALSE(fence.admit(token(0, 1, 1, 1)));
  EXPECT_EQ(fence, Fence{});
}

TEST(FenceTest, GoesOnFromWhatWasStored) {
  Fence fence;
  ASSERT_TRUE(fence.admit(kToken));
  Fence again(parse_token(text(fence.greatest())));
  EXPECT_EQ(again, fence);
  EXPECT_FALSE(again.admit(token(6, 63, kMost, kMost)));
  EXPECT_TRUE(again.admit(kToken));
  EXPECT_EQ(Fence(parse_token(text(Fence{}.greatest()))), Fence{});
}

TEST(FenceTest, AdmitsNothingIfWhatWasStoredIsDamaged) {
  Fence fence(parse_token("damaged"));
  for (const Token& each : kInOrder) EXPECT_FALSE(fence.admit(each)) << text(each);
}

TEST(FenceTest, AllocatesNothing) {
  const std::size_t before = allocations;
  Fence fence(parse_token(TokenText(kToken).view()));
  const bool admitted = fence.admit(kToken);
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(admitted);
}

constexpr bool kAtCompileTime = [] {
  Fence fence(parse_token(TokenText(token(2, 1, 1, 1)).view()));
  return fence.admit(token(3, 1, 1, 1)) && !fence.admit(token(2, 1, 1, 1));
}();
static_assert(kAtCompileTime);

}  // namespace
}  // namespace decree
