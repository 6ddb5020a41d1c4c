#include "bench/peers/resp_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace decree::bench {
namespace {

void expect_reply(std::string_view& bytes, char kind, std::string_view text) {
  const auto reply = take_reply(bytes);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->kind, kind);
  EXPECT_EQ(reply->text, text);
}

TEST(RespReply, TakesOneAfterTheOther) {
  std::string_view bytes = "+OK\r\n:2\r\n$4\r\na\r\nb\r\n-ERR no\r\n$0\r\n\r\n$-1\r\nrest";
  expect_reply(bytes, '+', "OK");
  expect_reply(bytes, ':', "2");
  expect_reply(bytes, '$', "a\r\nb");
  expect_reply(bytes, '-', "ERR no");
  expect_reply(bytes, '$', "");
  expect_reply(bytes, '$', "");
  EXPECT_EQ(bytes, "rest");
}

TEST(RespReply, TakesNothingBeforeTheLastByte) {
  for (const std::string whole : {"+OK\r\n", ":12\r\n", "$3\r\nabc\r\n"}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      std::string_view bytes = std::string_view(whole).substr(0, length);
      EXPECT_FALSE(take_reply(bytes).has_value()) << whole << length;
      EXPECT_EQ(bytes.size(), length);
    }
    std::string_view bytes = whole;
    EXPECT_TRUE(take_reply(bytes).has_value());
    EXPECT_TRUE(bytes.empty());
  }
}

TEST(RespReply, RefusesWhatIsNone) {
  for (std::string_view bytes : {"*1\r\n:1\r\n", "HTTP/1.1", "$x\r\n", "$-2\r\n", "$1x\r\na\r\n"}) {
    EXPECT_THROW(take_reply(bytes), std::runtime_error) << bytes;
  }
}

TEST(RespReply, CommandsAreArraysOfStrings) {
  std::string bytes = "before";
  append_command(bytes, {"SET", "key", ""});
  EXPECT_EQ(bytes, "before*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
}

}  // namespace
}  // namespace decree::bench
