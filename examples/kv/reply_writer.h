// Replies of the Redis protocol, version 2.
#ifndef DECREE_EXAMPLES_KV_REPLY_WRITER_H_
#define DECREE_EXAMPLES_KV_REPLY_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace decree::kv {

/// Appends replies to a string that it does not own.
class ReplyWriter {
 public:
  /// No reply may be longer, so that one request cannot take the server's memory.
  static constexpr std::size_t kMaxReplyBytes = 64u << 20;

  explicit ReplyWriter(std::string* out) : out_(out), begin_(out->size()) {}

  void simple(std::string_view text) { line('+', text); }
  /// "-" and the text, whose line breaks become blanks: it may quote a client's bytes.
  void error(std::string_view text);
  void integer(std::int64_t value) { line(':', std::to_string(value)); }
  void bulk(std::string_view bytes);
  void null() { *out_ += "$-1\r\n"; }
  void null_array() { *out_ += "*-1\r\n"; }
  /// The head of an array; as many replies must follow.
  void array(std::size_t size) { line('*', std::to_string(size)); }

  /// True if what was written since construction is longer than a reply may be; then it is taken
  /// back and replaced by an error.
  bool refuse_too_long();

 private:
  void line(char type, std::string_view text);

  std::string* out_;
  std::size_t begin_;
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_REPLY_WRITER_H_
