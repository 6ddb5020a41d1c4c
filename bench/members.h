// The members of a group, as one types them.
#ifndef DECREE_BENCH_MEMBERS_H_
#define DECREE_BENCH_MEMBERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "decree/options.h"

namespace decree::bench {

/// Of every group that is measured.
inline constexpr std::uint64_t kCluster = 0xbe4c;

/// "1=host:port,2=host:port,...". Throws std::runtime_error, naming what cannot be read.
std::vector<Member> parse_members(const std::string& text);

}  // namespace decree::bench

#endif  // DECREE_BENCH_MEMBERS_H_
