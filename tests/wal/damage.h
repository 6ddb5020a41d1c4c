// What disks and people do to the files of a log.
#ifndef DECREE_TESTS_WAL_DAMAGE_H_
#define DECREE_TESTS_WAL_DAMAGE_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "tests/support/choices.h"
#include "tests/support/memory_disk.h"

namespace decree::wal {

/// A block of a file.
struct HurtBlock {
  std::string name;  // empty: none was hurt
  std::size_t index = 0;
};

/// Changes the files of a directory.
class Damage {
 public:
  /// Only files for which `may_hurt` are changed, of which there is always one.
  Damage(Choices& choices, MemoryFiles& files, std::function<bool(const std::string&)> may_hurt)
      : choices_(choices), files_(files), may_hurt_(std::move(may_hurt)) {}

  /// One block has other bytes now: a bit or a byte, zeros, noise, another block.
  HurtBlock hurt_a_block();
  /// One block is as it was then, if it was there: a write was lost.
  HurtBlock lose_a_write(const MemoryFiles& then);
  /// Something that is no longer a question of blocks: a length, a name, all bytes.
  void hurt_a_file();

 private:
  std::pair<const std::string, std::vector<std::byte>>& any_file();
  std::span<std::byte> any_block(std::vector<std::byte>& bytes);
  std::string odd_name();
  std::byte any_byte() { return static_cast<std::byte>(choices_.below(256)); }
  void fill_with_noise(std::span<std::byte> bytes);

  Choices& choices_;
  MemoryFiles& files_;
  std::function<bool(const std::string&)> may_hurt_;
};

}  // namespace decree::wal

#endif  // DECREE_TESTS_WAL_DAMAGE_H_
