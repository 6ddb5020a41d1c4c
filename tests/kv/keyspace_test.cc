#include "examples/kv/keyspace.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace decree::kv {
namespace {

TEST(Keyspace, HashDoesNotDependOnOrderOrHistory) {
  Keyspace one(1);
  Keyspace two(2);
  one.set("a", "1");
  one.set("b", "2");
  two.set("b", "x");
  two.set("c", "y");
  two.set("a", "1");
  two.erase("c");
  EXPECT_NE(one.hash(), two.hash());
  two.set("b", "2");
  EXPECT_EQ(one.hash(), two.hash());
  EXPECT_EQ(one.bytes(), two.bytes());
}

TEST(Keyspace, HashTellsKeysValuesAndExpiriesApart) {
  std::set<std::uint64_t> hashes;
  const auto add = [&](auto fill) {
    Keyspace keys;
    fill(keys);
    EXPECT_TRUE(hashes.insert(keys.hash()).second);
  };
  add([](Keyspace&) {});
  add([](Keyspace& k) { k.set("a", "b"); });
  add([](Keyspace& k) { k.set("b", "a"); });
  add([](Keyspace& k) { k.set("ab", ""); });
  add([](Keyspace& k) { k.set("", "ab"); });
  add([](Keyspace& k) { k.set("a", "b"), k.expire("a", 5); });
  add([](Keyspace& k) { k.set("a", "b"), k.expire("a", 6); });
  add([](Keyspace& k) { k.set("a", "b"), k.expire("a", 5), k.tick(1); });
  add([](Keyspace& k) { k.set("a", "b"), k.expire("a", 5), k.tick(2); });
}

TEST(Keyspace, IsEmptyAgainWhenAllIsGone) {
  Keyspace keys;
  keys.set("a", "1");
  keys.append("a", "2");
  keys.expire("a", 10);
  keys.set("b", "1");
  keys.tick(5);
  keys.persist("a");
  keys.expire("b", 1);
  keys.erase("a");
  keys.tick(100);
  keys.tick(200);
  EXPECT_EQ(keys.size(), 0U);
  EXPECT_EQ(keys.bytes(), 0U);
  EXPECT_EQ(keys.hash(), 0U);
  EXPECT_EQ(keys.expiring(), 0U);
}

TEST(Keyspace, TimeToLiveBeginsWithTheNextTick) {
  Keyspace keys;
  keys.tick(1000);
  keys.set("a", "1");
  keys.expire("a", 50);
  EXPECT_TRUE(keys.waits_for_tick());
  EXPECT_EQ(keys.next_due(), std::nullopt);
  EXPECT_EQ(keys.time_to_live("a", 999'999), 50);
  keys.tick(2000);
  EXPECT_FALSE(keys.waits_for_tick());
  EXPECT_EQ(keys.next_due(), 2050);
  EXPECT_EQ(keys.time_to_live("a", 2010), 40);
  EXPECT_EQ(keys.time_to_live("a", 3000), 0);
  EXPECT_NE(keys.find("a"), nullptr) << "only a tick removes it";
  keys.tick(2049);
  EXPECT_NE(keys.find("a"), nullptr);
  keys.tick(2050);
  EXPECT_EQ(keys.find("a"), nullptr);
}

TEST(Keyspace, ClockNeverGoesBackNorOverflows) {
  Keyspace keys;
  keys.tick(1000);
  keys.tick(10);
  EXPECT_EQ(keys.clock_ms(), 1000);
  keys.set("a", "1");
  keys.expire("a", Keyspace::kMaxTimeMs);
  keys.tick(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(keys.clock_ms(), Keyspace::kMaxTimeMs);
  EXPECT_NE(keys.find("a"), nullptr);
}

TEST(Keyspace, ATickRemovesABoundedNumberTheEarliestFirst) {
  Keyspace keys;
  const int count = static_cast<int>(Keyspace::kMaxRemovalsPerTick) + 10;
  for (int i = 0; i < count; ++i) {
    const std::string key = std::to_string(i);
    keys.set(key, "");
    keys.expire(key, 1 + i);
  }
  keys.tick(0);
  keys.tick(1'000'000);
  EXPECT_EQ(keys.size(), 10U);
  EXPECT_EQ(keys.find("0"), nullptr);
  EXPECT_NE(keys.find(std::to_string(count - 10)), nullptr);
  EXPECT_EQ(keys.next_due(), count - 9) << "so that the leader sees that there is more to do";
  keys.tick(1'000'000);
  EXPECT_EQ(keys.size(), 0U);
}

TEST(Keyspace, SettingAKeyAgainKeepsItsExpiry) {
  Keyspace keys;
  keys.set("a", "1");
  keys.expire("a", 50);
  keys.tick(100);
  keys.set("a", "2");
  keys.append("a", "3");
  EXPECT_EQ(keys.time_to_live("a", 100), 50);
  keys.expire("a", 70);
  keys.expire("a", 80);
  keys.tick(200);
  EXPECT_EQ(keys.next_due(), 280);
  EXPECT_EQ(keys.expiring(), 1U);
}

std::set<std::string> scan_all(const Keyspace& keys, std::size_t count,
                               const std::function<void()>& between) {
  std::set<std::string> seen;
  std::uint64_t cursor = 0;
  do {
    cursor = keys.scan(cursor, count, [&](std::string_view key) {
      EXPECT_TRUE(seen.insert(std::string(key)).second) << key << " was shown twice";
    });
    between();
  } while (cursor != 0);
  return seen;
}

TEST(Keyspace, ScanShowsWhatIsThereThroughoutOnce) {
  Keyspace keys;
  std::set<std::string> stable;
  for (int i = 0; i < 500; ++i) {
    stable.insert("stable" + std::to_string(i));
  }
  for (const std::string& key : stable) {
    keys.set(key, "");
  }
  std::mt19937 random(3);
  std::set<std::string> seen = scan_all(keys, 7, [&] {
    for (int i = 0; i < 50; ++i) {
      const std::string key = "other" + std::to_string(random() % 200);
      random() % 2 == 0 ? keys.set(key, "") : static_cast<void>(keys.erase(key));
    }
  });
  std::erase_if(seen, [](const std::string& key) { return key.starts_with("other"); });
  EXPECT_EQ(seen, stable);
}

// The indexes against a plain model.
TEST(Keyspace, AgreesWithAModel) {
  struct Model {
    std::string value;
    std::int64_t waiting = 0;
    std::int64_t due = 0;
  };
  std::map<std::string, Model> model;
  Keyspace keys;
  std::mt19937 random(11);
  std::int64_t now = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string key = std::to_string(random() % 40);
    const auto found = model.find(key);
    switch (random() % 6) {
      case 0:
      case 1:
        keys.set(key, std::to_string(round));
        model[key].value = std::to_string(round);
        break;
      case 2:
        EXPECT_EQ(keys.erase(key), model.erase(key) == 1);
        break;
      case 3:
        if (found != model.end()) {
          const auto time_to_live = static_cast<std::int64_t>(1 + random() % 100);
          keys.expire(key, time_to_live);
          found->second.waiting = time_to_live;
          found->second.due = 0;
        }
        break;
      case 4:
        EXPECT_EQ(keys.persist(key),
                  found != model.end() && (found->second.waiting != 0 || found->second.due != 0));
        if (found != model.end()) {
          found->second.waiting = found->second.due = 0;
        }
        break;
      default:
        now += static_cast<std::int64_t>(random() % 20);
        keys.tick(now);
        for (auto& [name, entry] : model) {
          entry.due = entry.waiting != 0 ? now + entry.waiting : entry.due;
          entry.waiting = 0;
        }
        std::erase_if(model,
                      [&](const auto& e) { return e.second.due != 0 && e.second.due <= now; });
    }
    ASSERT_EQ(keys.size(), model.size());
    const std::string* value = keys.find(key);
    ASSERT_EQ(value != nullptr, model.contains(key)) << round;
    ASSERT_TRUE(!value || *value == model[key].value);
  }
}

}  // namespace
}  // namespace decree::kv
