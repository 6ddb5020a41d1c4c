#include "examples/kv/answer_queue.h"

#include <gtest/gtest.h>

namespace decree::kv {
namespace {

TEST(AnswerQueue, KeepsTheOrderOfRequests) {
  AnswerQueue queue;
  const auto first = queue.expect(10);
  const auto second = queue.expect(20);
  const auto third = queue.expect(30);
  std::string out;
  queue.set(second, "two");
  queue.set(third, "three");
  queue.take(&out);
  EXPECT_EQ(out, "");
  EXPECT_EQ(queue.charged(), 60U);
  EXPECT_EQ(queue.held(), 8U);
  queue.set(first, "one");
  queue.take(&out);
  EXPECT_EQ(out, "onetwothree");
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.charged(), 0U);
  EXPECT_EQ(queue.held(), 0U);
  EXPECT_EQ(queue.expect(0), third + 1);
}

TEST(AnswerQueue, ReplacesAndDrops) {
  AnswerQueue queue;
  const auto number = queue.expect(1);
  queue.set(number, "long");
  queue.set(number, "x");
  EXPECT_EQ(queue.held(), 1U);
  queue.drop();
  EXPECT_EQ(queue.held(), 0U);
  EXPECT_EQ(queue.size(), 1U);
}

}  // namespace
}  // namespace decree::kv
