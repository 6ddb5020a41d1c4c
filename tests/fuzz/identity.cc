// The file `identity`, damaged: what is loaded was stored. Forged: what is loaded is the same when
// it is stored and loaded again.
#include <cstring>

#include "tests/fuzz/forging.h"
#include "tests/fuzz/require.h"
#include "tests/support/memory_disk.h"
#include "wal/identity.h"

namespace decree::wal {
namespace {

bool same(const IdentityRecord& a, const IdentityRecord& b) {
  return std::memcmp(&a, &b, sizeof(IdentityRecord)) == 0;
}

IdentityRecord any_identity(Input& input) {
  IdentityRecord identity = fresh_identity(small_options());
  Link found;
  found.sequence = input.any<std::uint32_t>();
  found.lsn = input.any<std::uint32_t>();
  return next_opening(identity, found, Place{input.below(9), input.any<std::uint16_t>()});
}

void change(std::vector<std::byte>& file, bool forges, Input& input) {
  for (std::uint64_t changes = input.below(6); changes > 0; --changes) {
    if (forges) {
      forge(kIdentityName, file, input);
    } else if (!file.empty()) {
      file[input.below(file.size())] = input.any<std::byte>();
    }
  }
  if (input.below(8) == 7) file.resize(input.below(4 * kBlockSize));
  const std::span<const std::byte> noise = input.bytes(input.below(4) == 3 ? file.size() : 0);
  std::ranges::copy(noise, file.begin());
}

void run(Input& input) {
  MemoryFiles files;
  MemoryDisk disk(files);
  const IdentityRecord stored = any_identity(input);
  require(!store_identity(disk, stored), "it cannot be stored");
  const bool forges = input.below(2) == 1;
  change(files.at(kIdentityName), forges, input);
  IdentityRecord loaded;
  if (!load_identity(disk, loaded).empty()) return;
  require(loaded.magic == kIdentityMagic && loaded.version == kFormatVersion, "a foreign format");
  require(forges || same(loaded, stored), "another identity than was stored");
  check_owner(loaded, small_options());
  IdentityRecord again;
  require(!store_identity(disk, loaded), "it cannot be stored");
  require(load_identity(disk, again).empty() && same(again, loaded),
          "an identity that is another one after storing");
}

}  // namespace
}  // namespace decree::wal

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decree::Input input(data, size);
  decree::wal::run(input);
  return 0;
}
