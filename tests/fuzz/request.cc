// Requests of the Redis protocol in arbitrary pieces: they are the same in any pieces, take no
// memory for what is only announced, and are the same when they are written and read again.
#include <string>
#include <vector>

#include "examples/kv/request_parser.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace decree::kv {
namespace {

using Result = RequestParser::Result;
using Words = std::vector<std::string>;

constexpr std::size_t kMaxBytes = 4096;

/// What vectors may have grown to for each byte: an argument takes two bytes or more, and is kept
/// as a range, a view and a word.
constexpr std::size_t kMostMemoryPerByte = 64;
constexpr std::size_t kMostMemoryAtRest = 64u << 10;

/// All requests, then "!" and the error if there is one. The pieces are the input's.
std::vector<Words> parse_all(std::string_view bytes, Input& input) {
  RequestParser parser(kMaxBytes);
  std::vector<Words> requests;
  std::string buffer;
  for (;;) {
    const Result result = parser.parse(buffer);
    require(parser.memory() <= kMostMemoryAtRest + kMostMemoryPerByte * buffer.size(),
            "memory for what has not arrived");
    if (result == Result::failed) {
      require(!parser.error().empty(), "an error without a sentence");
      requests.push_back({"!", parser.error()});
      return requests;
    }
    if (result == Result::complete) {
      require(parser.consumed() > 0 && parser.consumed() <= buffer.size(), "bytes that never came");
      requests.emplace_back(parser.arguments().begin(), parser.arguments().end());
      buffer.erase(0, parser.consumed());
      parser.reset();
    } else if (bytes.empty()) {
      return requests;
    } else {
      const std::size_t size = std::min<std::size_t>(bytes.size(), 1 + input.below(64));
      buffer += bytes.substr(0, size);
      buffer.shrink_to_fit();  // so that what is remembered must not be an address
      bytes.remove_prefix(size);
    }
  }
}

void check_round_trip(const Words& words) {
  const std::vector<std::string_view> arguments(words.begin(), words.end());
  std::string request;
  append_request(arguments, &request);
  RequestParser parser(2 * request.size() + kMaxBytes);
  require(parser.parse(request) == Result::complete, "a written request is not one");
  require(parser.consumed() == request.size(), "a written request is shorter");
  require(Words(parser.arguments().begin(), parser.arguments().end()) == words,
          "a request that is another one after writing");
}

void run(Input& input) {
  Input pieces = input.take_end(32);
  const std::span<const std::byte> bytes = input.rest();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::vector<Words> requests = parse_all(text, pieces);
  Input single_bytes(nullptr, 0);
  require(parse_all(text, single_bytes) == requests, "other requests in other pieces");
  for (const Words& words : requests) check_round_trip(words);
}

}  // namespace
}  // namespace decree::kv

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decree::Input input(data, size);
  decree::kv::run(input);
  return 0;
}
