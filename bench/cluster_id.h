// What all groups that are measured have in common.
#ifndef DECREE_BENCH_CLUSTER_ID_H_
#define DECREE_BENCH_CLUSTER_ID_H_

#include <cstdint>

namespace decree::bench {

inline constexpr std::uint64_t kCluster = 0xbe4c;

}  // namespace decree::bench

#endif  // DECREE_BENCH_CLUSTER_ID_H_
