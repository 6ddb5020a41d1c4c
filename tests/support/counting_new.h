// Counts the allocations of a test program.
#ifndef DECREE_TESTS_SUPPORT_COUNTING_NEW_H_
#define DECREE_TESTS_SUPPORT_COUNTING_NEW_H_

#include <cstddef>

/// Calls of operator new so far.
extern std::size_t allocations;

#endif  // DECREE_TESTS_SUPPORT_COUNTING_NEW_H_
