// The words of an inline command.
#ifndef DECREE_EXAMPLES_KV_WORDS_H_
#define DECREE_EXAMPLES_KV_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

namespace decree::kv {

/// Splits a line at blanks as redis-server does: "..." with \n \r \t \b \a \xHH and '...' with \'
/// are one word each. False if a quote is not closed, or closes inside a word.
bool split_words(std::string_view line, std::vector<std::string>* words);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_WORDS_H_
