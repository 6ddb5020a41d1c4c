#include "examples/kv/glob.h"

#include <cstddef>
#include <utility>

namespace decree::kv {
namespace {

// Matches a class that begins behind its '['; sets *at behind its ']'.
bool match_class(std::string_view pattern, std::size_t* at, char c) {
  const bool negated = *at < pattern.size() && pattern[*at] == '^';
  *at += negated ? 1U : 0U;
  bool found = false;
  while (*at < pattern.size() && pattern[*at] != ']') {
    if (pattern[*at] == '\\' && *at + 1 < pattern.size()) {
      ++*at;
      found |= pattern[*at] == c;
    } else if (*at + 2 < pattern.size() && pattern[*at + 1] == '-') {
      auto low = static_cast<unsigned char>(pattern[*at]);
      auto high = static_cast<unsigned char>(pattern[*at + 2]);
      if (low > high) {
        std::swap(low, high);
      }
      *at += 2;
      found |= static_cast<unsigned char>(c) >= low && static_cast<unsigned char>(c) <= high;
    } else {
      found |= pattern[*at] == c;
    }
    ++*at;
  }
  *at += *at < pattern.size() ? 1U : 0U;
  return found != negated;
}

// Matches one byte against what stands at *at, which is not a '*'; sets *at behind it.
bool match_one(std::string_view pattern, std::size_t* at, char c) {
  const char first = pattern[(*at)++];
  if (first == '?') {
    return true;
  }
  if (first == '[') {
    return match_class(pattern, at, c);
  }
  if (first == '\\' && *at < pattern.size()) {
    return pattern[(*at)++] == c;
  }
  return first == c;
}

}  // namespace

// Only the last '*' is ever tried again: what an earlier one could take, a later one can.
bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;  // behind the last '*'
  std::size_t resume = 0;                     // in the text, for that '*'
  std::size_t i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      resume = i;
    } else if (at < pattern.size() && match_one(pattern, &at, text[i])) {
      ++i;
    } else if (star != std::string_view::npos) {
      at = star;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') {
    ++at;
  }
  return at == pattern.size();
}

}  // namespace decree::kv
