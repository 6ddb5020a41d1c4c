// Redis' patterns for keys.
#ifndef DECREE_EXAMPLES_KV_GLOB_H_
#define DECREE_EXAMPLES_KV_GLOB_H_

#include <string_view>

namespace decree::kv {

/// `*`, `?`, `[abc]`, `[a-z]`, `[^a]` and `\` before a byte that means itself, over the whole text.
/// Takes at most |pattern| * |text| steps, whatever the pattern.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_GLOB_H_
