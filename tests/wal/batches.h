// Where the batches of a log are, and what still tells of them after damage.
#ifndef DECREE_TESTS_WAL_BATCHES_H_
#define DECREE_TESTS_WAL_BATCHES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/memory_disk.h"
#include "wal/identity.h"

namespace decree::wal {

struct WrittenBatch {
  Place place;
  std::uint32_t blocks = 0;
  std::uint64_t lsn = 0;
  std::uint64_t sequence = 0;
  std::uint32_t epoch = 0;
  std::uint64_t durable = 0;  // the sequence that its header calls durable
};

/// The batches of files that nothing has happened to, compared with what became of these files.
class Batches {
 public:
  /// `before` and `after` must outlive it.
  Batches(const MemoryFiles& before, const MemoryFiles& after);

  [[nodiscard]] const WrittenBatch* find(std::uint64_t lsn) const;
  /// Some block of the batch is not what it was. False if it was not in the log even before.
  [[nodiscard]] bool is_hurt(std::uint64_t lsn) const;
  /// The first such batch; the largest number if there is none.
  [[nodiscard]] std::uint64_t first_hurt() const;
  /// Something that is whole tells that the log was durable through this lsn: the identity, a mark,
  /// a later batch, or a block that was written so much later that it must have been.
  [[nodiscard]] std::uint64_t known_durable(const IdentityRecord& identity) const;

 private:
  [[nodiscard]] bool is_same(const std::string& name, std::size_t block) const;
  [[nodiscard]] std::uint64_t told_by_batches(const IdentityRecord& identity) const;
  [[nodiscard]] std::uint64_t told_by_marks(const IdentityRecord& identity) const;
  [[nodiscard]] std::uint64_t lsn_of(std::uint64_t sequence, std::uint32_t epoch) const;

  const MemoryFiles& before_;
  const MemoryFiles& after_;
  std::map<std::uint64_t, WrittenBatch> batches_;  // by lsn
};

}  // namespace decree::wal

#endif  // DECREE_TESTS_WAL_BATCHES_H_
