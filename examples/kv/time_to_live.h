// A time to live as clients write it.
#ifndef DECREE_EXAMPLES_KV_TIME_TO_LIVE_H_
#define DECREE_EXAMPLES_KV_TIME_TO_LIVE_H_

#include <cstdint>
#include <optional>

#include "examples/kv/keyspace.h"

namespace decree::kv {

/// `amount` units of `unit_ms` in milliseconds, or nothing if that is too far away in either
/// direction.
inline std::optional<std::int64_t> time_to_live_ms(std::int64_t amount, std::int64_t unit_ms) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(amount, unit_ms, &result) || result > Keyspace::kMaxTimeMs) {
    return std::nullopt;
  }
  return result;
}

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_TIME_TO_LIVE_H_
