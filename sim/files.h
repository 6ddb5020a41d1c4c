// What a simulated disk holds: it survives crashes, and can be copied, damaged and wiped.
#ifndef DECREE_SIM_FILES_H_
#define DECREE_SIM_FILES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decree/sim.h"
#include "wal/disk.h"

namespace decree::sim {

using Page = std::array<std::byte, wal::kBlockSize>;

/// A file of whole blocks; those that were never written are zeros and cost nothing.
struct File {
  std::uint64_t size = 0;
  std::map<std::uint64_t, std::shared_ptr<const Page>> pages;  // by block

  void write(std::uint64_t block, std::span<const std::byte> bytes);
  void read(std::uint64_t offset, std::span<std::byte> into) const;
};

/// A directory. Copies share the pages. What a process that was killed had written may be in the
/// page cache only: it is read as if it were there, and lost with the power unless it was synced.
class Files {
 public:
  [[nodiscard]] std::map<std::string, File>& all() { return files_; }
  [[nodiscard]] File* find(const std::string& name);
  [[nodiscard]] bool has(const std::string& name) const { return files_.contains(name); }
  void put(const std::string& name, std::span<const std::byte> head, std::uint64_t size);

  void write_cached(const std::string& name, std::uint64_t block, std::span<const std::byte> bytes);
  void sync(const std::string& name);
  void lose_power(Random& random);

  /// Changes a written block of a file whose name begins with `prefix`, as a medium does that
  /// loses bits, a whole sector or the place of a write. False if there is none.
  bool rot(const std::string& prefix, Random& random);

 private:
  using PageRef = std::shared_ptr<const Page>;
  struct Cached {
    std::string name;
    std::uint64_t block = 0;
    PageRef before;  // on the medium; null: zeros
    PageRef now;
  };

  std::map<std::string, File> files_;
  std::vector<Cached> cached_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_FILES_H_
