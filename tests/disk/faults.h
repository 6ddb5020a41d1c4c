// What a disk may do to a file, and when it is to do so.
#ifndef DECREE_TESTS_DISK_FAULTS_H_
#define DECREE_TESTS_DISK_FAULTS_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace decree::tests {

inline constexpr std::int64_t kBlock = 4096;

struct Fault {
  enum class Kind {
    none,
    stall,        // nothing ends before the next fault is set
    read_error,   // of block `blocks`; -1: of any
    read_flip,    // a bit of block `blocks` is read wrong
    write_error,  // the first `blocks` blocks are written, then it fails
    write_short,  // ... are written, and it says so
    write_lost,   // ... are written, and it claims to have written all
    write_moved,  // it is written `blocks` blocks behind its place
    no_space,     // for anything that is written or made
    read_only,    // likewise
    sync_error,
  };
  Kind kind = Kind::none;
  std::string pattern;      // of the paths that it befalls, as fnmatch() has it
  std::uint64_t times = 0;  // then it is over; 0: never
  std::int64_t blocks = 0;
  std::uint64_t hits = 0;  // operations that it has befallen

  /// From a line "KIND PATTERN TIMES BLOCKS"; false if it is none.
  static bool parse(const std::string& line, Fault& fault);
};

struct Operation {
  enum class Kind { read, write, sync, change };
  Kind kind;
  const char* path;         // null: the file has no name any more
  std::int64_t offset = 0;  // of a read or write, in bytes
  std::int64_t size = 0;
};

/// The present fault. Any thread.
class Faults {
 public:
  void set(Fault fault);
  std::uint64_t hits();
  /// What befalls the operation. Waits for the end of a stall.
  Fault::Kind befalling(const Operation& operation, std::int64_t& blocks);

 private:
  [[nodiscard]] bool strikes(const Operation& operation) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  Fault fault_;
  std::uint64_t generation_ = 0;  // of fault_
};

}  // namespace decree::tests

#endif  // DECREE_TESTS_DISK_FAULTS_H_
