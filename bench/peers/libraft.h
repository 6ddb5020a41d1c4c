// libraft's headers, which do not say that they are C.
#ifndef DECREE_BENCH_PEERS_LIBRAFT_H_
#define DECREE_BENCH_PEERS_LIBRAFT_H_

#include <uv.h>

extern "C" {
#include <raft.h>
#include <raft/uv.h>
}

#endif  // DECREE_BENCH_PEERS_LIBRAFT_H_
