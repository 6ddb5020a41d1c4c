// Integers as Redis reads them.
#ifndef DECREE_EXAMPLES_KV_INTEGER_H_
#define DECREE_EXAMPLES_KV_INTEGER_H_

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace decree::kv {

/// Strict as Redis is: no sign but '-', no leading zero, no blank, nothing behind, 64 bits.
inline std::optional<std::int64_t> parse_integer(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || (digits.front() == '0' && text.size() > 1)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) {
    return std::nullopt;
  }
  return value;
}

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_INTEGER_H_
