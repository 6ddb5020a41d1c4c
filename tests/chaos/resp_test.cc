// The client of the Redis protocol, against a server that plays a script.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "examples/demo/resp_client.h"

namespace decree::demo {
namespace {

using Kind = RespReply::Kind;

constexpr std::chrono::seconds kPatience{10};

RespReply parse_whole(std::string_view bytes) {
  std::size_t length = 0;
  const auto reply = parse_reply(bytes, length);
  EXPECT_TRUE(reply);
  EXPECT_EQ(length, bytes.size());
  return reply.value_or(RespReply{});
}

TEST(RespReply, EveryKind) {
  EXPECT_EQ(parse_whole("+OK\r\n").text, "OK");
  EXPECT_EQ(parse_whole("-ERR no\r\n").kind, Kind::error);
  EXPECT_EQ(parse_whole(":-12\r\n").integer, -12);
  EXPECT_EQ(parse_whole("$5\r\na\r\nbc\r\n").text, "a\r\nbc");
  EXPECT_EQ(parse_whole("$0\r\n\r\n").kind, Kind::bulk);
  EXPECT_EQ(parse_whole("$-1\r\n").kind, Kind::nil);
  EXPECT_EQ(parse_whole("*-1\r\n").kind, Kind::nil);
  const RespReply array = parse_whole("*3\r\n:1\r\n*1\r\n$1\r\nx\r\n$-1\r\n");
  ASSERT_EQ(array.elements.size(), 3u);
  EXPECT_EQ(array.elements[0].integer, 1);
  EXPECT_EQ(array.elements[1].elements.at(0).text, "x");
  EXPECT_EQ(array.elements[2].kind, Kind::nil);
}

TEST(RespReply, WaitsForTheRest) {
  const std::string whole = "*2\r\n$3\r\nabc\r\n:7\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::size_t length = 0;
    EXPECT_FALSE(parse_reply(std::string_view(whole).substr(0, size), length)) << size;
  }
}

TEST(RespReply, RefusesWhatIsNone) {
  std::size_t length = 0;
  for (const char* bytes : {"hello\r\n", "\r\n", ":x\r\n", "$1\r\nxy\r\n", "$1x\r\n"}) {
    EXPECT_THROW(parse_reply(bytes, length), std::runtime_error) << bytes;
  }
}

TEST(Outcome, ThreeOfThem) {
  const auto error = [](const char* text) { return RespReply{Kind::error, text, 0, {}}; };
  EXPECT_EQ(outcome_of(RespReply{Kind::status, "OK", 0, {}}), Outcome::done);
  EXPECT_EQ(outcome_of(RespReply{}), Outcome::done);  // nil is an answer
  EXPECT_EQ(outcome_of(std::nullopt), Outcome::unknown);
  EXPECT_EQ(outcome_of(error("UNKNOWNOUTCOME the command may have been executed")),
            Outcome::unknown);
  EXPECT_EQ(outcome_of(error("STORAGEFAILED the log failed")), Outcome::unknown);
  EXPECT_EQ(outcome_of(error("SOMETHING new")), Outcome::unknown);
  for (const char* text : {"NOTLEADER no leader is known", "BUSY", "NOSPACE full", "TOOLARGE x",
                           "CLOSED x", "WRONGTYPE x", "ERR value is not an integer"}) {
    EXPECT_EQ(outcome_of(error(text)), Outcome::failed) << text;
  }
}

/// Accepts one connection, reads `expected`, answers `answer` and hangs up, or holds on.
class Script {
 public:
  Script(std::string expected, std::string answer, bool hang_up)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_.get(), 1);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, expected = std::move(expected), answer = std::move(answer),
                           hang_up] { play(expected, answer, hang_up); });
  }
  ~Script() { thread_.join(); }

  std::uint16_t port() const { return port_; }
  std::string read() const { return read_; }

 private:
  void play(const std::string& expected, const std::string& answer, bool hang_up) {
    const FileDescriptor connection(::accept(listener_.get(), nullptr, nullptr));
    char byte = 0;
    while (read_.size() < expected.size() && ::recv(connection.get(), &byte, 1, 0) == 1) {
      read_ += byte;
    }
    EXPECT_EQ(read_, expected);
    for (const char each : answer) ::send(connection.get(), &each, 1, MSG_NOSIGNAL);
    if (!hang_up)
      static_cast<void>(::recv(connection.get(), &byte, 1, 0));  // until the client goes
  }

  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::string read_;
  std::thread thread_;
};

TEST(RespClient, PipelinesAndTakesAnswersInPieces) {
  Script script("*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$3\r\na b\r\n", "+PONG\r\n$2\r\nxy\r\n",
                false);
  auto client = RespClient::connect(script.port(), after(kPatience));
  ASSERT_TRUE(client);
  client->queue({"PING"});
  client->queue({"GET", "a b"});
  ASSERT_TRUE(client->flush(after(kPatience)));
  EXPECT_EQ(client->receive(after(kPatience))->text, "PONG");
  EXPECT_EQ(client->receive(after(kPatience))->text, "xy");
  EXPECT_FALSE(client->receive_buffered());
  EXPECT_TRUE(client->is_open());
}

TEST(RespClient, ALostConnectionLeavesTheOutcomeUnknown) {
  Script script("*2\r\n$4\r\nINCR\r\n$1\r\na\r\n", ":1", true);
  auto client = RespClient::connect(script.port(), after(kPatience));
  ASSERT_TRUE(client);
  const auto reply = client->call({"INCR", "a"}, after(kPatience));
  EXPECT_EQ(outcome_of(reply), Outcome::unknown);
  EXPECT_FALSE(client->is_open());
}

TEST(RespClient, GivesUpAtTheDeadlineForGood) {
  Script script("*1\r\n$4\r\nPING\r\n", "", false);
  auto client = RespClient::connect(script.port(), after(kPatience));
  ASSERT_TRUE(client);
  EXPECT_FALSE(client->call({"PING"}, after(std::chrono::milliseconds(20))));
  EXPECT_FALSE(client->is_open());
  EXPECT_FALSE(client->call({"PING"}, after(kPatience)));
}

TEST(RespClient, ClosesOnGarbage) {
  Script script("*1\r\n$4\r\nPING\r\n", "HTTP/1.1 400\r\n", false);
  auto client = RespClient::connect(script.port(), after(kPatience));
  ASSERT_TRUE(client);
  EXPECT_FALSE(client->call({"PING"}, after(kPatience)));
  EXPECT_FALSE(client->is_open());
}

TEST(RespClient, NobodyListens) {
  std::uint16_t port = 0;
  {
    Script script("", "", true);
    port = script.port();
    ASSERT_TRUE(RespClient::connect(port, after(kPatience)));
  }
  EXPECT_FALSE(RespClient::connect(port, after(kPatience)));
}

}  // namespace
}  // namespace decree::demo
