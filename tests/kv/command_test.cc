// Commands and their sentences, as redis-server 7.0.15 answers them.
#include <gtest/gtest.h>

#include "tests/kv/store.h"

namespace decree::kv {
namespace {

const std::string kNotInteger = error("ERR value is not an integer or out of range");
const std::string kSyntax = error("ERR syntax error");
constexpr std::string_view kMax = "9223372036854775807";
constexpr std::string_view kMin = "-9223372036854775808";

TEST(StringCommands, SetAndGet) {
  Store store;
  EXPECT_EQ(store.look({"GET", "k"}), kNull);
  EXPECT_EQ(store.apply({"SET", "k", "v"}), kOk);
  EXPECT_EQ(store.look({"GET", "k"}), bulk("v"));
  EXPECT_EQ(store.apply({"get", "k"}), bulk("v")) << "a read may be in the log, too";
  const std::string_view binary("\0\r\n\xff", 4);
  EXPECT_EQ(store.apply({"SET", binary, binary}), kOk);
  EXPECT_EQ(store.look({"GET", binary}), bulk(binary));
}

TEST(StringCommands, SetOptions) {
  Store store;
  EXPECT_EQ(store.apply({"SET", "k", "1", "XX"}), kNull);
  EXPECT_EQ(store.apply({"SET", "k", "1", "nx"}), kOk);
  EXPECT_EQ(store.apply({"SET", "k", "2", "NX"}), kNull);
  EXPECT_EQ(store.apply({"SET", "k", "2", "XX"}), kOk);
  EXPECT_EQ(store.apply({"SET", "k", "3", "GET"}), bulk("2"));
  EXPECT_EQ(store.apply({"SET", "k", "4", "NX", "GET"}), bulk("3"));
  EXPECT_EQ(store.apply({"SET", "n", "5", "GET", "XX"}), kNull);
  EXPECT_EQ(store.look({"MGET", "k", "n"}), "*2\r\n" + bulk("3") + std::string(kNull));
}

TEST(StringCommands, SetRefusesWrongOptions) {
  Store store;
  for (const auto& options : std::initializer_list<std::initializer_list<std::string_view>>{
           {"SET", "k", "v", "bogus"},
           {"SET", "k", "v", "EX"},
           {"SET", "k", "v", "NX", "XX"},
           {"SET", "k", "v", "EX", "1", "PX", "1"},
           {"SET", "k", "v", "EX", "1", "EX", "1"}}) {
    EXPECT_EQ(store.apply(options), kSyntax);
  }
  EXPECT_EQ(store.apply({"SET", "k", "v", "EX", "x"}), kNotInteger);
  const std::string invalid = error("ERR invalid expire time in 'set' command");
  EXPECT_EQ(store.apply({"SET", "k", "v", "EX", "0"}), invalid);
  EXPECT_EQ(store.apply({"SET", "k", "v", "PX", "-1"}), invalid);
  EXPECT_EQ(store.apply({"SET", "k", "v", "EX", kMax}), invalid);
  EXPECT_EQ(store.keys().size(), 0U);
}

TEST(StringCommands, SetTakesTheExpiryAwayAndIncrKeepsIt) {
  Store store;
  store.apply({"SET", "k", "1", "EX", "10"});
  EXPECT_EQ(store.look({"TTL", "k"}), ":10\r\n");
  store.apply({"INCR", "k"});
  store.apply({"APPEND", "k", "0"});
  EXPECT_EQ(store.look({"PTTL", "k"}), ":10000\r\n");
  store.apply({"SET", "k", "1"});
  EXPECT_EQ(store.look({"TTL", "k"}), ":-1\r\n");
  store.apply({"SET", "k", "1", "PX", "10"});
  store.apply({"GETSET", "k", "2"});
  EXPECT_EQ(store.look({"TTL", "k"}), ":-1\r\n");
  store.apply({"SET", "k", "1", "PX", "10"});
  store.apply({"MSET", "k", "2"});
  EXPECT_EQ(store.look({"TTL", "k"}), ":-1\r\n");
}

TEST(StringCommands, Others) {
  Store store;
  EXPECT_EQ(store.apply({"SETNX", "k", "1"}), kYes);
  EXPECT_EQ(store.apply({"SETNX", "k", "2"}), kNo);
  EXPECT_EQ(store.apply({"GETSET", "k", "abc"}), bulk("1"));
  EXPECT_EQ(store.apply({"APPEND", "k", "def"}), ":6\r\n");
  EXPECT_EQ(store.look({"STRLEN", "k"}), ":6\r\n");
  EXPECT_EQ(store.look({"STRLEN", "none"}), kNo);
  EXPECT_EQ(store.apply({"GETDEL", "k"}), bulk("abcdef"));
  EXPECT_EQ(store.apply({"GETDEL", "k"}), kNull);
  EXPECT_EQ(store.apply({"MSET", "a", "1", "b", "2"}), kOk);
  EXPECT_EQ(store.look({"MGET", "a", "x", "b"}),
            "*3\r\n" + bulk("1") + std::string(kNull) + bulk("2"));
  EXPECT_EQ(store.apply({"MSET", "a", "1", "b"}),
            error("ERR wrong number of arguments for 'mset' command"));
}

TEST(StringCommands, AppendIsBounded) {
  Store store;
  const std::string large(kMaxValueBytes, 'x');
  EXPECT_EQ(store.apply({"APPEND", "k", large}), ":" + std::to_string(large.size()) + "\r\n");
  EXPECT_EQ(store.apply({"APPEND", "k", "x"}),
            error("ERR string exceeds maximum allowed size (proto-max-bulk-len)"));
  EXPECT_EQ(store.keys().find("k")->size(), kMaxValueBytes);
}

TEST(NumberCommands, Count) {
  Store store;
  EXPECT_EQ(store.apply({"INCR", "n"}), kYes);
  EXPECT_EQ(store.apply({"INCRBY", "n", "41"}), ":42\r\n");
  EXPECT_EQ(store.apply({"DECR", "n"}), ":41\r\n");
  EXPECT_EQ(store.apply({"DECRBY", "n", "50"}), ":-9\r\n");
  EXPECT_EQ(store.look({"GET", "n"}), bulk("-9"));
}

TEST(NumberCommands, RefuseWhatIsNoNumber) {
  Store store;
  for (const std::string_view text : {"", " 1", "1 ", "+1", "01", "-0", "1.5", "a",
                                      "9223372036854775808", "99999999999999999999"}) {
    store.apply({"SET", "n", text});
    EXPECT_EQ(store.apply({"INCR", "n"}), kNotInteger) << text;
    EXPECT_EQ(store.apply({"INCRBY", "none", text}), kNotInteger) << text;
    EXPECT_EQ(store.apply({"DECRBY", "none", text}), kNotInteger) << text;
  }
}

TEST(NumberCommands, DoNotOverflow) {
  Store store;
  const std::string overflow = error("ERR increment or decrement would overflow");
  store.apply({"SET", "n", kMax});
  EXPECT_EQ(store.apply({"INCR", "n"}), overflow);
  EXPECT_EQ(store.apply({"DECRBY", "n", kMin}), error("ERR decrement would overflow"));
  store.apply({"SET", "n", kMin});
  EXPECT_EQ(store.apply({"DECR", "n"}), overflow);
  EXPECT_EQ(store.look({"GET", "n"}), bulk(kMin));
}

TEST(KeyCommands, All) {
  Store store;
  store.apply({"MSET", "a", "1", "b", "2", "c", "3"});
  EXPECT_EQ(store.look({"EXISTS", "a", "a", "x"}), ":2\r\n");
  EXPECT_EQ(store.apply({"DEL", "a", "a", "x"}), kYes);
  EXPECT_EQ(store.look({"TYPE", "b"}), "+string\r\n");
  EXPECT_EQ(store.look({"TYPE", "a"}), "+none\r\n");
  EXPECT_EQ(store.look({"DBSIZE"}), ":2\r\n");
  EXPECT_EQ(store.apply({"FLUSHALL", "bogus"}), kSyntax);
  EXPECT_EQ(store.apply({"FLUSHALL", "ASYNC"}), kOk);
  EXPECT_EQ(store.look({"DBSIZE"}), kNo);
}

TEST(KeyCommands, KeysAndScan) {
  Store store;
  store.apply({"MSET", "abc", "1", "abd", "2", "x", "3"});
  EXPECT_EQ(store.look({"KEYS", "x*"}), "*1\r\n" + bulk("x"));
  EXPECT_EQ(store.look({"KEYS", "y"}), "*0\r\n");
  EXPECT_EQ(store.look({"SCAN", "0", "MATCH", "x", "COUNT", "100"}),
            "*2\r\n" + bulk("0") + "*1\r\n" + bulk("x"));
  EXPECT_EQ(store.look({"SCAN", "0", "TYPE", "list"}), "*2\r\n" + bulk("0") + "*0\r\n");
  EXPECT_EQ(store.look({"SCAN", "x"}), error("ERR invalid cursor"));
  EXPECT_EQ(store.look({"SCAN", "0", "COUNT"}), kSyntax);
  EXPECT_EQ(store.look({"SCAN", "0", "COUNT", "0"}), kSyntax);
  EXPECT_EQ(store.look({"SCAN", "0", "COUNT", "x"}), kNotInteger);
  EXPECT_EQ(store.look({"SCAN", "0", "bogus", "x"}), kSyntax);
}

TEST(ExpiryCommands, All) {
  Store store;
  EXPECT_EQ(store.apply({"EXPIRE", "k", "10"}), kNo);
  EXPECT_EQ(store.look({"TTL", "k"}), ":-2\r\n");
  store.apply({"SET", "k", "v"});
  EXPECT_EQ(store.look({"PTTL", "k"}), ":-1\r\n");
  EXPECT_EQ(store.apply({"PERSIST", "k"}), kNo);
  EXPECT_EQ(store.apply({"EXPIRE", "k", "10"}), kYes);
  EXPECT_EQ(store.look({"TTL", "k"}), ":10\r\n");
  EXPECT_EQ(store.apply({"PEXPIRE", "k", "1500"}), kYes);
  EXPECT_EQ(store.look({"TTL", "k"}), ":2\r\n") << "rounded, as in Redis";
  EXPECT_EQ(store.apply({"PERSIST", "k"}), kYes);
  EXPECT_EQ(store.look({"TTL", "k"}), ":-1\r\n");
  EXPECT_EQ(store.apply({"EXPIRE", "k", "-1"}), kYes);
  EXPECT_EQ(store.look({"TTL", "k"}), ":-2\r\n");
}

TEST(ExpiryCommands, OptionsAndErrors) {
  Store store;
  store.apply({"SET", "k", "v"});
  EXPECT_EQ(store.apply({"EXPIRE", "k", "10", "XX"}), kNo);
  EXPECT_EQ(store.apply({"EXPIRE", "k", "10", "NX"}), kYes);
  EXPECT_EQ(store.apply({"EXPIRE", "k", "20", "NX"}), kNo);
  EXPECT_EQ(store.apply({"EXPIRE", "k", "20", "XX"}), kYes);
  EXPECT_EQ(store.apply({"EXPIRE", "k", "20", "XX", "NX"}),
            error("ERR NX and XX, GT or LT options at the same time are not compatible"));
  EXPECT_EQ(store.apply({"EXPIRE", "k", "20", "zz"}), error("ERR Unsupported option zz"));
  EXPECT_EQ(store.apply({"EXPIRE", "k", "x"}), kNotInteger);
  EXPECT_EQ(store.apply({"EXPIRE", "k", kMax}),
            error("ERR invalid expire time in 'expire' command"));
  EXPECT_EQ(store.apply({"PEXPIRE", "k", kMax}),
            error("ERR invalid expire time in 'pexpire' command"));
  EXPECT_EQ(store.look({"TTL", "k"}), ":20\r\n");
}

TEST(ExpiryCommands, TicksExpire) {
  Store store;
  store.apply({"SET", "k", "v", "PX", "100"});
  EXPECT_EQ(store.tick(5000), kOk);
  EXPECT_EQ(store.tick(5099), kOk);
  EXPECT_EQ(store.apply({"GET", "k"}), bulk("v"));
  EXPECT_EQ(store.tick(5100), kOk);
  EXPECT_EQ(store.apply({"GET", "k"}), kNull);
}

TEST(Commands, TableIsSound) {
  std::size_t runnable = 0;
  for (const Command& command : all_commands()) {
    EXPECT_EQ(find_command(command.name), &command);
    EXPECT_EQ(find_command(to_upper(command.name)), &command);
    EXPECT_EQ(command.run == nullptr, command.kind == Kind::connection) << command.name;
    runnable += command.run ? 1U : 0U;
  }
  EXPECT_EQ(runnable, 26U);
  EXPECT_EQ(find_command("nosuch"), nullptr);
  EXPECT_EQ(find_command(std::string(1000, 'x')), nullptr);
}

TEST(Commands, ArityAndUnknownNamesInTheLogAreAnswered) {
  Store store;
  EXPECT_EQ(store.apply({"GET"}), error("ERR wrong number of arguments for 'get' command"));
  EXPECT_EQ(store.apply({"nosuch", "a\r\nb"}),
            error("ERR unknown command 'nosuch', with args beginning with: 'a  b' "));
  EXPECT_EQ(store.apply({"PING"}), error("ERR unknown command 'PING', with args beginning with: "));
}

}  // namespace
}  // namespace decree::kv
