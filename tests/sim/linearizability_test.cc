// Histories with known answers.
#include "sim/linearizability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace decree::sim {
namespace {

using ::testing::HasSubstr;

Operation operation(OperationKind kind, std::string argument, Value result, std::int64_t from,
                    std::int64_t to) {
  return {kind, 1, "k", std::move(argument), Outcome::done, std::move(result), from, to};
}
Operation get(Value seen, std::int64_t from, std::int64_t to) {
  return operation(OperationKind::get, "", std::move(seen), from, to);
}
Operation set(std::string value, std::int64_t from, std::int64_t to) {
  return operation(OperationKind::set, std::move(value), "OK", from, to);
}
Operation getset(std::string value, Value before, std::int64_t from, std::int64_t to) {
  return operation(OperationKind::getset, std::move(value), std::move(before), from, to);
}
Operation increment(std::string after, std::int64_t from, std::int64_t to) {
  return operation(OperationKind::increment, "", std::move(after), from, to);
}
Operation append(std::string token, std::string length, std::int64_t from, std::int64_t to) {
  return operation(OperationKind::append, std::move(token), std::move(length), from, to);
}
Operation unknown(Operation operation) {
  operation.outcome = Outcome::unknown;
  operation.result.reset();
  return operation;
}
Operation failed(Operation operation) {
  operation.outcome = Outcome::failed;
  operation.result.reset();
  return operation;
}
Operation at(std::string key, Operation operation) {
  operation.key = std::move(key);
  return operation;
}

bool linearizable(const History& history) {
  const Linearizability verdict = check_linearizable(history);
  EXPECT_NE(verdict.kind, Linearizability::Kind::undecided);
  return static_cast<bool>(verdict);
}

TEST(Linearizability, NothingHappened) { EXPECT_TRUE(linearizable({})); }

TEST(Linearizability, ReadsSeeTheLastWrite) {
  EXPECT_TRUE(linearizable(
      {get({}, 0, 1), set("a", 2, 3), get("a", 4, 5), set("b", 6, 7), get("b", 8, 9)}));
}

TEST(Linearizability, StaleRead) {
  EXPECT_FALSE(linearizable({set("a", 0, 1), set("b", 2, 3), get("a", 4, 5)}));
  EXPECT_FALSE(linearizable({set("a", 0, 1), get({}, 2, 3)}));
}

TEST(Linearizability, ConcurrentWriteMayOrMayNotBeSeen) {
  EXPECT_TRUE(linearizable({set("a", 0, 1), set("b", 2, 9), get("a", 3, 4), get("b", 5, 6)}));
  EXPECT_TRUE(linearizable({set("a", 0, 1), set("b", 2, 9), get("a", 3, 4), get("a", 5, 6)}));
}

TEST(Linearizability, SeenOnceIsSeenEverAfter) {
  EXPECT_FALSE(linearizable({set("a", 0, 1), set("b", 2, 9), get("b", 3, 4), get("a", 5, 6)}));
}

TEST(Linearizability, ConcurrentReadsMayDisagree) {
  EXPECT_TRUE(linearizable({set("a", 0, 1), set("b", 2, 9), get("b", 3, 8), get("a", 4, 7)}));
}

TEST(Linearizability, ReadOfAValueNeverWritten) {
  EXPECT_FALSE(linearizable({set("a", 0, 1), get("x", 2, 3)}));
}

TEST(Linearizability, ReadFromTheFuture) {
  EXPECT_FALSE(linearizable({get("a", 0, 1), set("a", 2, 3)}));
}

TEST(Linearizability, EqualTimesAreConcurrent) {
  EXPECT_TRUE(linearizable({set("a", 0, 5), get({}, 5, 6)}));
  EXPECT_TRUE(linearizable({set("a", 0, 5), set("b", 5, 6), get("a", 6, 7)}));
}

TEST(Linearizability, OrderAcrossReturns) {
  // b returned before c was invoked, so a read of b after c has been seen is out of order.
  EXPECT_FALSE(linearizable(
      {set("b", 0, 1), set("c", 2, 20), get("c", 3, 4), get("b", 5, 6), set("d", 3, 20)}));
  EXPECT_TRUE(linearizable({set("b", 0, 10), set("c", 2, 20), get("c", 3, 4), get("b", 5, 6)}));
}

TEST(Linearizability, LostUpdate) {
  EXPECT_FALSE(linearizable({increment("1", 0, 1), increment("1", 2, 3)}));
  EXPECT_FALSE(linearizable({increment("1", 0, 5), increment("1", 0, 5)}));
  EXPECT_TRUE(linearizable({increment("2", 0, 5), increment("1", 0, 5)}));
  EXPECT_FALSE(linearizable({getset("a", {}, 0, 9), getset("b", {}, 1, 8)}));
  EXPECT_TRUE(linearizable({getset("a", "b", 0, 9), getset("b", {}, 1, 8)}));
}

TEST(Linearizability, DuplicatedUpdate) {
  EXPECT_FALSE(linearizable({increment("1", 0, 1), get("2", 2, 3)}));
  EXPECT_FALSE(linearizable({append("ab", "2", 0, 1), get("abab", 2, 3)}));
}

TEST(Linearizability, AppendsInTheOrderOfTheirLengths) {
  EXPECT_TRUE(
      linearizable({append("aa", "4", 0, 9), append("bb", "2", 0, 9), get("bbaa", 10, 11)}));
  EXPECT_FALSE(
      linearizable({append("aa", "4", 0, 9), append("bb", "2", 0, 9), get("aabb", 10, 11)}));
  EXPECT_FALSE(linearizable({append("aa", "4", 0, 1), append("bb", "2", 2, 3)}));
}

TEST(Linearizability, UnknownMayHappenLate) {
  EXPECT_TRUE(
      linearizable({unknown(set("u", 0, 1)), set("a", 2, 3), get("a", 4, 5), get("u", 6, 7)}));
}

TEST(Linearizability, UnknownMayNeverHappen) {
  EXPECT_TRUE(linearizable({set("a", 0, 1), unknown(set("u", 2, 3)), get("a", 4, 5)}));
  EXPECT_TRUE(linearizable({unknown(increment("", 0, 0)), increment("1", 4, 5), get("1", 6, 7)}));
}

TEST(Linearizability, UnknownHappensAtMostOnce) {
  EXPECT_FALSE(
      linearizable({unknown(set("u", 0, 1)), get("u", 2, 3), set("a", 4, 5), get("u", 6, 7)}));
  EXPECT_FALSE(linearizable({unknown(increment("", 0, 0)), increment("3", 4, 5)}));
  EXPECT_TRUE(linearizable({unknown(increment("", 0, 0)), increment("2", 4, 5)}));
  EXPECT_FALSE(linearizable({unknown(append("u", "", 0, 0)), get("uu", 2, 3)}));
}

TEST(Linearizability, UnknownDoesNotHappenBeforeItsInvocation) {
  EXPECT_FALSE(linearizable({get("u", 0, 1), unknown(set("u", 2, 3))}));
  EXPECT_FALSE(linearizable({increment("2", 0, 1), unknown(increment("", 2, 3))}));
}

TEST(Linearizability, UnknownOnceSeenMustHaveHappened) {
  EXPECT_FALSE(
      linearizable({set("a", 0, 1), unknown(set("u", 2, 3)), get("u", 4, 5), get("a", 6, 7)}));
  EXPECT_FALSE(
      linearizable({unknown(append("u", "", 0, 0)), append("a", "2", 1, 2), get("a", 3, 4)}));
}

TEST(Linearizability, UnknownIsOverwrittenUnseen) {
  EXPECT_TRUE(
      linearizable({unknown(getset("u", "", 0, 0)), getset("a", "u", 1, 2), get("a", 3, 4)}));
  EXPECT_FALSE(linearizable({unknown(getset("u", "", 3, 3)), getset("a", "u", 1, 2)}));
}

TEST(Linearizability, FailedNeverHappens) {
  EXPECT_TRUE(linearizable({set("a", 0, 1), failed(set("f", 2, 3)), get("a", 4, 5)}));
  EXPECT_FALSE(linearizable({set("a", 0, 1), failed(set("f", 2, 3)), get("f", 4, 5)}));
  EXPECT_FALSE(linearizable({failed(increment("", 0, 1)), increment("2", 2, 3)}));
}

TEST(Linearizability, ManyUnknowns) {
  History history;
  for (int i = 0; i < 200; ++i) history.push_back(unknown(set("u" + std::to_string(i), 0, 0)));
  for (int i = 0; i < 200; ++i) history.push_back(unknown(at("n", increment("", 0, 0))));
  for (int i = 0; i < 60; ++i) {
    history.push_back(unknown(at("l", append("<" + std::to_string(i) + ">", "", 0, 0))));
  }
  history.push_back(get("u7", 1, 2));
  history.push_back(set("a", 3, 4));
  history.push_back(get("u150", 5, 6));
  history.push_back(at("n", increment("100", 1, 2)));
  history.push_back(at("n", get("201", 3, 4)));
  history.push_back(at("l", append("x", "10", 1, 2)));
  history.push_back(at("l", get("<7><8><9>x", 3, 4)));
  EXPECT_TRUE(linearizable(history));
  History once_too_often = history;
  once_too_often.push_back(at("n", get("202", 5, 6)));
  EXPECT_FALSE(linearizable(once_too_often));
  History again = history;
  again.push_back(at("l", get("<7><8><9>x<7>", 5, 6)));
  EXPECT_FALSE(linearizable(again));
}

TEST(Linearizability, KeysAreIndependent) {
  EXPECT_TRUE(linearizable({at("x", set("a", 0, 1)), at("y", get({}, 2, 3))}));
  const Linearizability verdict =
      check_linearizable(History{at("x", set("a", 0, 1)), at("y", set("b", 0, 1)),
                                 at("y", get({}, 2, 3)), at("x", get("a", 2, 3))});
  EXPECT_EQ(verdict.kind, Linearizability::Kind::not_linearizable);
  EXPECT_EQ(verdict.key, "y");
}

TEST(Linearizability, DiagnosisNamesWhatDoesNotFit) {
  const Linearizability verdict = check_linearizable(
      History{set("first", 0, 1'000'000), set("second", 2'000'000, 3'000'000),
              unknown(set("lost", 3'500'000, 0)), get("first", 4'000'000, 5'000'000),
              get("lost", 6'000'000, 7'000'000)});
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.prefix, 2u);
  EXPECT_THAT(verdict.diagnosis, HasSubstr("key \"k\": not linearizable"));
  EXPECT_THAT(verdict.diagnosis, HasSubstr("[4.000000 .. 5.000000 ms] GET k -> \"first\""));
  EXPECT_THAT(verdict.diagnosis, HasSubstr("SET k \"second\" -> OK"));
  EXPECT_THAT(verdict.diagnosis, HasSubstr("leaves the value \"second\""));
  EXPECT_THAT(verdict.diagnosis, HasSubstr("SET k \"lost\" -> unknown"));
}

TEST(Linearizability, ImpossibleHistoriesAreRefused) {
  EXPECT_THROW(check_linearizable(History{get({}, 5, 4)}), std::invalid_argument);
  History crowd(65, get({}, 0, 1));
  EXPECT_THROW(check_linearizable(crowd), std::invalid_argument);
  crowd.pop_back();
  EXPECT_TRUE(linearizable(crowd));
}

}  // namespace
}  // namespace decree::sim
