// What a fuzzer asserts: a process that ends is what tells libFuzzer of a failure.
#ifndef DECREE_TESTS_FUZZ_REQUIRE_H_
#define DECREE_TESTS_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace decree {

/// Ends the process unless it is true.
inline void require(bool fact, const std::string& otherwise) {
  if (fact) return;
  static_cast<void>(std::fprintf(stderr, "FOUND: %s\n", otherwise.c_str()));
  std::abort();
}

/// The same for what answers empty, or what is wrong.
inline void require_empty(const std::string& problem) { require(problem.empty(), problem); }

}  // namespace decree

#endif  // DECREE_TESTS_FUZZ_REQUIRE_H_
