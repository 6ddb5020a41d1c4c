// Requests of the Redis protocol: arrays of bulk strings, and lines of words ("inline commands").
#ifndef DECREE_EXAMPLES_KV_REQUEST_PARSER_H_
#define DECREE_EXAMPLES_KV_REQUEST_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decree::kv {

/// The command's name and what follows it.
using Arguments = std::span<const std::string_view>;

/// Reads one request from bytes that arrive in pieces of any size. It looks at no byte of a bulk
/// string twice and allocates by what has arrived, never by what a length announces.
class RequestParser {
 public:
  enum class Result { incomplete, complete, failed };

  static constexpr std::size_t kMaxLineBytes = 64 * 1024;
  static constexpr std::int64_t kMaxArguments = 1024 * 1024;

  /// A request of more than `max_bytes` on the wire fails as soon as that is known.
  explicit RequestParser(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Goes on where the last call stopped. `input` must begin with the bytes of that call, though it
  /// may lie elsewhere. Once complete or failed it stays so until reset(); a call after complete
  /// makes arguments() refer to the new place.
  Result parse(std::string_view input);

  /// After complete: views of `input` (of this parser for an inline command), valid until the next
  /// call. Empty for a blank request, which has no answer.
  [[nodiscard]] Arguments arguments() const { return arguments_; }
  /// After complete: how many bytes of input the request took.
  [[nodiscard]] std::size_t consumed() const { return position_; }
  [[nodiscard]] bool is_inline() const { return kind_ == Kind::line; }
  /// After failed: Redis' sentence, without "ERR ".
  [[nodiscard]] const std::string& error() const { return error_; }
  /// Bytes that it holds for the request at hand.
  [[nodiscard]] std::size_t memory() const;

  void reset();

 private:
  enum class Kind { unknown, array, line };
  enum class Stage { start, length, body, done, failed };

  bool parse_array(std::string_view input);
  bool parse_count(std::string_view input);
  bool parse_length(std::string_view input);
  bool parse_body(std::string_view input);
  bool parse_line(std::string_view input);
  bool take_header(std::string_view input, const char* too_long, std::string_view* line);
  bool fail(std::string sentence);
  void refer(std::string_view input);

  std::size_t max_bytes_;
  Kind kind_ = Kind::unknown;
  Stage stage_ = Stage::start;
  std::size_t position_ = 0;                                 // of the first byte not taken
  std::int64_t missing_ = 0;                                 // arguments still to come
  std::size_t length_ = 0;                                   // of the bulk string at hand
  std::vector<std::pair<std::size_t, std::size_t>> ranges_;  // offset and length in the input
  std::vector<std::string> words_;                           // of an inline command, unquoted
  std::vector<std::string_view> arguments_;
  std::string error_;
};

/// Appends the request as an array of bulk strings.
void append_request(Arguments arguments, std::string* out);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_REQUEST_PARSER_H_
