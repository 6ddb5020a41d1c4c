// What a value of kind lease_settings says.
#ifndef DECREE_REPLICA_LEASE_DECREE_H_
#define DECREE_REPLICA_LEASE_DECREE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "decree/options.h"

namespace decree::replica {

/// From its slot on the group's leases go by these settings.
struct LeaseDecree {
  static constexpr std::size_t kBytes = 16;

  LeaseSettings settings;
  bool only_if_none = false;  // were decided before: what a leader proposes by itself

  [[nodiscard]] std::array<std::byte, kBytes> encode() const;
  /// Nothing if these are not the bytes of one, or no group could go by it.
  [[nodiscard]] static std::optional<LeaseDecree> decode(std::span<const std::byte> bytes);
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_LEASE_DECREE_H_
