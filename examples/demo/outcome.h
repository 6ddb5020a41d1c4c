// What a client knows about a request that it sent.
#ifndef DECREE_EXAMPLES_DEMO_OUTCOME_H_
#define DECREE_EXAMPLES_DEMO_OUTCOME_H_

#include <cstdint>

namespace decree::demo {

enum class Outcome : std::uint8_t {
  done,     // it happened, once, before the answer came
  failed,   // it did not happen and never will
  unknown,  // it may have happened, may happen later, or never: the answer was lost
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_OUTCOME_H_
