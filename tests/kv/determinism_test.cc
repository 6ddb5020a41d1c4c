// The same commands give the same state and the same replies, whatever a replica's clock says and
// however its memory is ordered.
#include <gtest/gtest.h>

#include <random>

#include "tests/kv/store.h"

namespace decree::kv {
namespace {

using Words = std::vector<std::string>;

class RandomCommands {
 public:
  explicit RandomCommands(unsigned seed) : random_(seed) {}

  Words next() {
    now_ms_ += random_() % 40;
    switch (random_() % 12) {
      case 0:
        return {std::string(kTickName), std::to_string(now_ms_ - 20 + random_() % 40)};
      case 1:
        return {"SET", key(), value(), "PX", std::to_string(1 + random_() % 200)};
      case 2:
        return {"SET", key(), value(), random_() % 2 == 0 ? "NX" : "XX", "GET"};
      case 3:
        return {"INCRBY", key(), value()};
      case 4:
        return {"APPEND", key(), value()};
      case 5:
        return {"PEXPIRE", key(), std::to_string(random_() % 100)};
      case 6:
        return {"PERSIST", key()};
      case 7:
        return {"DEL", key(), key()};
      case 8:
        return {"MSET", key(), value(), key(), value()};
      case 9:
        return {"GETDEL", key()};
      case 10:
        return {"GET", key()};
      default:
        return {"SET", key(), value()};
    }
  }

 private:
  std::string key() { return "key" + std::to_string(random_() % 50); }
  std::string value() { return std::to_string(random_() % 1000); }

  std::mt19937 random_;
  std::uint64_t now_ms_ = 1'000'000;
};

// What Machine does, over a keyspace in another order.
std::string execute(Keyspace& keys, Arguments arguments) {
  std::string text;
  ReplyWriter reply(&text);
  Call call{keys, arguments, keys.clock_ms(), reply};
  find_command(arguments[0])->run(call);
  return text;
}

TEST(Determinism, SameCommandsSameRepliesSameHash) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    RandomCommands commands(seed);
    Machine machine;
    Keyspace other(seed);
    for (int i = 0; i < 5'000; ++i) {
      const Words words = commands.next();
      const std::vector<std::string_view> arguments(words.begin(), words.end());
      ASSERT_EQ(kv::apply(machine, arguments), execute(other, arguments))
          << seed << ' ' << words[0];
      ASSERT_EQ(machine.keys().hash(), other.hash()) << seed << ' ' << words[0];
    }
    EXPECT_EQ(machine.keys().bytes(), other.bytes());
    EXPECT_GT(other.size(), 0U);
    EXPECT_GT(other.ticks(), 100U);
  }
}

TEST(Determinism, JunkInTheLogHasAReplyAndNoEffect) {
  Machine machine;
  for (const std::string_view junk : {"", "*", "*1\r\n$4\r\nGET", "*0\r\n", "*1\r\n$1\r\n*\r\n"}) {
    Entry entry;
    entry.bytes = std::as_bytes(std::span(junk));
    Reply reply;
    machine.apply(entry, reply);
    EXPECT_TRUE(reply.text().starts_with("-ERR ")) << junk;
  }
  EXPECT_EQ(machine.keys().hash(), 0U);
}

}  // namespace
}  // namespace decree::kv
