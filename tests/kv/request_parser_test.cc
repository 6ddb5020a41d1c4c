#include "examples/kv/request_parser.h"

#include <gtest/gtest.h>

#include <random>

#include "examples/kv/words.h"

namespace decree::kv {
namespace {

using Result = RequestParser::Result;
using Words = std::vector<std::string>;

constexpr std::size_t kMaxBytes = 4096;

Words copy(Arguments arguments) { return {arguments.begin(), arguments.end()}; }

// All requests in `input` that are not blank, then "!" and the error if there is one.
std::vector<Words> parse_all(std::string_view input, std::size_t step) {
  RequestParser parser(kMaxBytes);
  std::vector<Words> requests;
  std::string buffer;
  std::size_t taken = 0;
  while (true) {
    const Result result = parser.parse(buffer);
    if (result == Result::failed) {
      requests.push_back({"!", parser.error()});
      return requests;
    }
    if (result == Result::complete) {
      if (!parser.arguments().empty()) {
        requests.push_back(copy(parser.arguments()));
      }
      buffer.erase(0, parser.consumed());
      parser.reset();
    } else if (taken == input.size()) {
      return requests;
    } else {
      buffer += input.substr(taken, step);
      taken = std::min(taken + step, input.size());
      buffer.shrink_to_fit();  // so that what parse() remembers must not be an address
    }
  }
}

std::string error_of(std::string_view input) {
  const std::vector<Words> requests = parse_all(input, input.size());
  const std::vector<Words> bytewise = parse_all(input, 1);
  EXPECT_EQ(requests.empty() ? Words{} : requests.back(),
            bytewise.empty() ? Words{} : bytewise.back());
  return requests.empty() || requests.back()[0] != "!" ? "" : requests.back()[1];
}

TEST(RequestParser, UnderstandsAPipelineCutAtEveryByte) {
  using namespace std::string_literals;
  const std::string first = "*3\r\n$3\r\nSET\r\n$2\r\n\r\n\r\n$4\r\n\0$1\n\r\n"s;
  const std::string pipeline = first +
                               "PING\r\n"
                               "*0\r\n\r\n"
                               "  ECHO  \"a \\x41\\n\" 'it\\'s'\n"
                               "*2\r\n$3\r\nGET\r\n$0\r\n\r\n";
  const std::vector<Words> expected = {
      {"SET", "\r\n", "\0$1\n"s}, {"PING"}, {"ECHO", "a A\n", "it's"}, {"GET", ""}};
  for (std::size_t step = 1; step <= pipeline.size(); ++step) {
    EXPECT_EQ(parse_all(pipeline, step), expected) << "in pieces of " << step;
  }
  for (std::size_t cut = 0; cut <= pipeline.size(); ++cut) {
    RequestParser parser(kMaxBytes);
    parser.parse(std::string_view(pipeline).substr(0, cut));
    ASSERT_EQ(parser.parse(pipeline), Result::complete) << "after " << cut;
    EXPECT_EQ(copy(parser.arguments()), expected[0]);
    EXPECT_EQ(parser.consumed(), first.size());
  }
}

TEST(RequestParser, StaysCompleteAndFollowsTheBytes) {
  RequestParser parser(kMaxBytes);
  std::string input = "*1\r\n$4\r\nPING\r\n*1";
  ASSERT_EQ(parser.parse(input), Result::complete);
  const std::string moved = input + "\r\n";
  input.assign(input.size(), '?');
  ASSERT_EQ(parser.parse(moved), Result::complete);
  EXPECT_EQ(parser.arguments()[0], "PING");
  EXPECT_EQ(parser.consumed(), 14U);
}

TEST(RequestParser, RefusesWhatIsNoRequest) {
  EXPECT_EQ(error_of("*x\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*01\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*1048577\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*99999999999999999999\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*1\r\n$-1\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("*1\r\n$4097\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("*1\r\n$99999999999999999999\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("*1\r\n$\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("*1\r\nPING\r\n"), "Protocol error: expected '$', got 'P'");
  EXPECT_EQ(error_of("*1\r\n*1\r\n"), "Protocol error: expected '$', got '*'");
  EXPECT_EQ(error_of("*1\r\n$4\r\nPINGxx"), "Protocol error: expected CRLF behind a bulk string");
  EXPECT_EQ(error_of("*1\rx"), "Protocol error: expected CRLF behind a length");
  EXPECT_EQ(error_of("SET \"a\r\n"), "Protocol error: unbalanced quotes in request");
  EXPECT_EQ(error_of("SET 'a'b\r\n"), "Protocol error: unbalanced quotes in request");
}

TEST(RequestParser, BoundsLinesAndCommands) {
  const std::string ones(RequestParser::kMaxLineBytes + 2, '1');
  EXPECT_EQ(error_of('*' + ones), "Protocol error: too big mbulk count string");
  EXPECT_EQ(error_of("*1\r\n$" + ones), "Protocol error: too big bulk count string");
  EXPECT_EQ(error_of(ones), "Protocol error: too big inline request");
  const std::string half = "$2048\r\n" + std::string(2048, 'x') + "\r\n";
  EXPECT_EQ(error_of("*2\r\n" + half), "");
  EXPECT_EQ(error_of("*2\r\n" + half + "$2048\r\n"),
            "Protocol error: the command exceeds 4096 bytes");
}

TEST(RequestParser, TakesNoMemoryForWhatIsOnlyAnnounced) {
  RequestParser parser(2u << 20);
  EXPECT_EQ(parser.parse("*1048576\r\n$2000000\r\n"), Result::incomplete);
  EXPECT_LT(parser.memory(), 1024U);
}

TEST(RequestParser, GivesBackTheMemoryOfManyArguments) {
  RequestParser parser(2u << 20);
  std::string input = "*100000\r\n";
  for (int i = 0; i < 100'000; ++i) {
    input += "$1\r\nx\r\n";
  }
  ASSERT_EQ(parser.parse(input), Result::complete);
  EXPECT_EQ(parser.arguments().size(), 100'000U);
  EXPECT_GT(parser.memory(), 1'000'000U);
  parser.reset();
  EXPECT_LT(parser.memory(), 100'000U);
}

TEST(RequestParser, SurvivesNoiseInAnyPieces) {
  std::mt19937 random(7);
  const std::string_view alphabet = "*$-0123456789\r\n\r\n\"'\\x aP";
  for (int round = 0; round < 20'000; ++round) {
    std::string noise;
    for (std::size_t i = random() % 60; i > 0; --i) {
      noise += alphabet[random() % alphabet.size()];
    }
    EXPECT_EQ(parse_all(noise, noise.size() + 1), parse_all(noise, 1 + random() % 5)) << noise;
  }
}

TEST(RequestParser, RoundTrips) {
  const std::string_view arguments[] = {"SET", "", std::string_view("\0\r\n", 3)};
  std::string request;
  append_request(arguments, &request);
  EXPECT_EQ(parse_all(request, 1), std::vector<Words>{copy(arguments)});
}

TEST(Words, SplitsAsRedisDoes) {
  Words words;
  EXPECT_TRUE(split_words(" a\tb  \"c\\\"d\\\\\\xfg\\x4a\" e\"f g\" '' ", &words));
  EXPECT_EQ(words, (Words{"a", "b", "c\"d\\xfgJ", "ef g", ""}));
}

}  // namespace
}  // namespace decree::kv
