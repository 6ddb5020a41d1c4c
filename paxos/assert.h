// Assertions on protocol paths: one fact each, always on. A broken invariant must stop a replica
// before it can acknowledge anything that rests on it.
#ifndef DECREE_PAXOS_ASSERT_H_
#define DECREE_PAXOS_ASSERT_H_

#include <cstdio>
#include <cstdlib>

namespace decree::internal {

[[noreturn]] inline void assertion_failed(const char* file, int line, const char* condition,
                                          const char* fact) {
  static_cast<void>(
      std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line, fact, condition));
  std::abort();
}

}  // namespace decree::internal

#define DECREE_ASSERT(condition, fact) \
  (static_cast<bool>(condition)        \
       ? static_cast<void>(0)          \
       : ::decree::internal::assertion_failed(__FILE__, __LINE__, #condition, fact))

#endif  // DECREE_PAXOS_ASSERT_H_
