#include "replica/lease_decree.h"

#include <bit>
#include <boost/endian/buffers.hpp>
#include <cstring>

namespace decree::replica {

namespace {

struct Bytes {
  boost::endian::little_uint64_buf_t lease_us;
  boost::endian::little_uint32_buf_t rho_ppm;
  boost::endian::little_uint32_buf_t only_if_none;  // 0 or 1
};
static_assert(sizeof(Bytes) == LeaseDecree::kBytes);

/// The least that Options::heartbeat_us can be. Whether T is long enough for the heartbeat is for
/// the leader to say, once: what is applied must not depend on who applies it.
constexpr std::uint64_t kLeastHeartbeatUs = 1'000;

}  // namespace

std::array<std::byte, LeaseDecree::kBytes> LeaseDecree::encode() const {
  Bytes bytes;
  bytes.lease_us = settings.lease_us;
  bytes.rho_ppm = settings.clock_rate_error_ppm;
  bytes.only_if_none = only_if_none ? 1u : 0u;
  return std::bit_cast<std::array<std::byte, kBytes>>(bytes);
}

std::optional<LeaseDecree> LeaseDecree::decode(std::span<const std::byte> from) {
  if (from.size() != kBytes) return {};
  Bytes bytes;
  std::memcpy(&bytes, from.data(), kBytes);
  const LeaseDecree decree{{bytes.lease_us.value(), bytes.rho_ppm.value()},
                           bytes.only_if_none.value() != 0};
  if (!decree.settings.check(kLeastHeartbeatUs).empty()) return {};
  return decree;
}

}  // namespace decree::replica
