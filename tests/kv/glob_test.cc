#include "examples/kv/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace decree::kv {
namespace {

TEST(Glob, Matches) {
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                  {"*", ""},
                                                                  {"**", "a"},
                                                                  {"a*c", "abbc"},
                                                                  {"?", "x"},
                                                                  {"[ab]c", "bc"},
                                                                  {"[^a]", "b"},
                                                                  {"[a-c]x", "bx"},
                                                                  {"[c-a]x", "bx"},
                                                                  {"\\*", "*"},
                                                                  {"[\\]]", "]"},
                                                                  {"*a*b*c", "xxaxxbxxbc"},
                                                                  {"[a", "a"},
                                                                  {"a\\", "a\\"}}) {
    EXPECT_TRUE(glob_match(pattern, text)) << pattern << ' ' << text;
  }
}

TEST(Glob, DoesNotMatch) {
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", "a"},
                                                                  {"a", ""},
                                                                  {"?", ""},
                                                                  {"a*c", "abbd"},
                                                                  {"[ab]", "c"},
                                                                  {"[^a]", "a"},
                                                                  {"[a-c]", "d"},
                                                                  {"\\*", "a"},
                                                                  {"a?", "a"},
                                                                  {"*a*b", "ba"},
                                                                  {"[", "["}}) {
    EXPECT_FALSE(glob_match(pattern, text)) << pattern << ' ' << text;
  }
}

// A matcher that tries every star anew would take 10^30 steps.
TEST(Glob, TakesBoundedTime) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) {
    pattern += "*a";
  }
  EXPECT_FALSE(glob_match(pattern + "*b", std::string(5'000, 'a')));
}

}  // namespace
}  // namespace decree::kv
