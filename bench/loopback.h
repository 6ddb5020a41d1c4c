// TCP on the loopback address.
#ifndef DECREE_BENCH_LOOPBACK_H_
#define DECREE_BENCH_LOOPBACK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/descriptor.h"

namespace decree::bench {

struct Connection {
  Descriptor leader;
  Descriptor follower;
};

/// A connected pair of sockets without delay.
Connection connect_loopback();

/// A connection without delay to a port of this machine. Throws std::system_error if nobody
/// listens.
Descriptor connect_to(std::uint16_t port);

/// Ports that were free a moment ago, all different. They are below those that the kernel gives to
/// outgoing connections, so that a replica that was killed finds its own free again.
std::vector<std::uint16_t> free_ports(std::size_t count);

}  // namespace decree::bench

#endif  // DECREE_BENCH_LOOPBACK_H_
