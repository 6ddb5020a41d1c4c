// Whether an opening of damaged files was right.
#ifndef DECREE_TESTS_WAL_JUDGEMENT_H_
#define DECREE_TESTS_WAL_JUDGEMENT_H_

#include <string>

#include "tests/wal/batches.h"
#include "tests/wal/written_log.h"

namespace decree::wal {

/// An opening invents nothing, and what it lost it names.
///
/// A record is there, or its batch is damaged and a hole says that it may have held such a one. The
/// exception is the end of the log: where nothing that is whole tells of a batch, it looks torn,
/// and what was behind it goes with it.
class Judgement {
 public:
  /// Of the files that `written` wrote, after something happened to them. Both must outlive it.
  Judgement(const WrittenLog& written, const MemoryFiles& damaged);

  /// Empty, or what was wrong with this opening of a copy of the files, which left it so.
  std::string of(const Opened& opened, const MemoryFiles& after) const;

 private:
  [[nodiscard]] std::string of_refusal(const Opened& opened, MemoryFiles after) const;
  [[nodiscard]] std::string of_snapshot(const Opened& opened) const;
  [[nodiscard]] std::string of_records(const Opened& opened) const;
  [[nodiscard]] std::string of_missing(const KeptRecord& record, const Opened& opened) const;
  [[nodiscard]] Slot newest_snapshot() const;

  const WrittenLog& written_;
  const MemoryFiles& damaged_;
  Batches batches_;
  std::uint64_t known_durable_ = 0;
  std::uint64_t begin_ = 0;  // the last append before the beginning of the log
};

/// Appends something to a log that was opened on `files`, closes it and opens it again: it finds
/// what it found before, the holes and the records, and that. Empty, or what was wrong.
std::string judge_next_opening(Opened opened, MemoryDisk& disk, MemoryFiles& files);

}  // namespace decree::wal

#endif  // DECREE_TESTS_WAL_JUDGEMENT_H_
