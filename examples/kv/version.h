// What decree-kv tells clients that ask which Redis it is.
#ifndef DECREE_EXAMPLES_KV_VERSION_H_
#define DECREE_EXAMPLES_KV_VERSION_H_

#include <string_view>

namespace decree::kv {

/// The Redis whose commands and sentences these are.
inline constexpr std::string_view kRedisVersion = "7.0.15";

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_VERSION_H_
