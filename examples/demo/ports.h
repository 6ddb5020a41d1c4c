// TCP ports that nobody listens on.
#ifndef DECREE_EXAMPLES_DEMO_PORTS_H_
#define DECREE_EXAMPLES_DEMO_PORTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace decree::demo {

/// `count` different free ports of 127.0.0.1, below the range from which the kernel takes the ports
/// of outgoing connections: one of those could otherwise sit on the port of a process that is down,
/// and keep it from coming back. Throws std::runtime_error when there are not that many.
std::vector<std::uint16_t> free_ports(std::size_t count);

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_PORTS_H_
