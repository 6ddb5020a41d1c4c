#include "examples/kv/words.h"

#include <charconv>
#include <cstddef>

namespace decree::kv {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

char unescape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  bool run(std::vector<std::string>* words) {
    for (skip_blanks(); at_ < line_.size(); skip_blanks()) {
      std::string word;
      if (!take_word(&word)) {
        return false;
      }
      words->push_back(std::move(word));
    }
    return true;
  }

 private:
  void skip_blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) {
      ++at_;
    }
  }

  bool take_word(std::string* word) {
    while (at_ < line_.size() && !is_blank(line_[at_])) {
      const char c = line_[at_++];
      if (c == '"' || c == '\'') {
        return take_quoted(c, word);
      }
      *word += c;
    }
    return true;
  }

  // A closing quote ends the word and must be followed by a blank.
  bool take_quoted(char quote, std::string* word) {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == quote) {
        return at_ == line_.size() || is_blank(line_[at_]);
      }
      if (c == '\\' && at_ < line_.size() && (quote == '"' || line_[at_] == '\'')) {
        *word += quote == '"' ? take_escape() : line_[at_++];
      } else {
        *word += c;
      }
    }
    return false;
  }

  char take_escape() {
    unsigned value = 0;
    const std::string_view rest = line_.substr(at_);
    if (rest.size() >= 3 && rest[0] == 'x') {
      const auto [stop, error] = std::from_chars(rest.data() + 1, rest.data() + 3, value, 16);
      if (error == std::errc{} && stop == rest.data() + 3) {
        at_ += 3;
        return static_cast<char>(value);
      }
    }
    return unescape(line_[at_++]);
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace

bool split_words(std::string_view line, std::vector<std::string>* words) {
  return Splitter(line).run(words);
}

}  // namespace decree::kv
