#include "sim/configuration_set.h"

#include <gtest/gtest.h>

namespace decree::sim {
namespace {

Configuration with(Value value, std::uint64_t taken_effect,
                   std::initializer_list<std::size_t> used) {
  Configuration configuration{std::move(value), taken_effect, {}, 0};
  for (const std::size_t index : used) configuration.unknown_used.insert(index);
  return configuration;
}

TEST(ConfigurationSet, KeepsTheOnesThatLeaveMoreToUse) {
  ConfigurationSet set;
  EXPECT_TRUE(set.insert(with("a", 1, {3, 100})));
  EXPECT_FALSE(set.insert(with("a", 1, {3, 100})));
  EXPECT_FALSE(set.insert(with("a", 1, {3, 4, 100})));
  EXPECT_TRUE(set.insert(with("a", 1, {4})));
  EXPECT_EQ(set.size(), 2u);
  EXPECT_TRUE(set.insert(with("a", 1, {100})));
  EXPECT_EQ(set.size(), 2u);
  EXPECT_TRUE(set.insert(with("a", 1, {})));
  EXPECT_EQ(set.size(), 1u);
}

TEST(ConfigurationSet, KeepsDifferentValuesAndDifferentOperationsApart) {
  ConfigurationSet set;
  EXPECT_TRUE(set.insert(with("a", 1, {})));
  EXPECT_TRUE(set.insert(with("b", 1, {})));
  EXPECT_TRUE(set.insert(with(std::nullopt, 1, {})));
  EXPECT_TRUE(set.insert(with("a", 2, {})));
  EXPECT_EQ(set.take().size(), 4u);
  EXPECT_EQ(set.size(), 0u);
  EXPECT_TRUE(set.insert(with("a", 1, {})));
}

}  // namespace
}  // namespace decree::sim
