// A disk in memory that crashes, fails and fills up on command. Deterministic.
#ifndef DECREE_TESTS_SUPPORT_MEMORY_DISK_H_
#define DECREE_TESTS_SUPPORT_MEMORY_DISK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "wal/disk.h"

namespace decree::wal {

/// What survives a crash: the files' bytes. Tests may look at them and damage them.
using MemoryFiles = std::map<std::string, std::vector<std::byte>>;

/// One opening of a directory. Slow calls are durable at once. What is submitted stays outstanding
/// until it completes: at the next poll() after flush(), or, if held, when the test says so.
class MemoryDisk final : public Disk {
 public:
  /// `files` must outlive the disk.
  explicit MemoryDisk(MemoryFiles& files) : files_(files) {}

  std::error_code list(std::vector<std::string>& names) override;
  std::error_code open(const std::string& name, FileId& file, std::uint64_t& size) override;
  std::error_code create(const std::string& name, std::span<const std::byte> head,
                         std::uint64_t size, FileId& file) override;
  std::error_code replace(const std::string& name, std::span<const std::byte> bytes) override;
  std::error_code rename(const std::string& from, const std::string& to) override;
  std::error_code remove(const std::string& name) override;
  std::error_code read(FileId file, std::uint64_t offset, std::span<std::byte> into) override;
  /// Until it is read there is something else.
  void read_ahead(FileId, std::uint64_t, std::span<std::byte> into) override {
    std::ranges::fill(into, std::byte{0xdd});
  }
  std::error_code sync(FileId file) override;
  std::error_code write(FileId file, std::uint64_t offset,
                        std::span<const std::byte> bytes) override;
  void close(FileId file) override;
  void submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token) override;
  FileId submit_create(const std::string& name, std::span<const std::byte> head, std::uint64_t size,
                       std::uint64_t token) override;
  FileId submit_reuse(const std::string& from, const std::string& name,
                      std::span<const std::byte> head, std::uint64_t token) override;
  void submit_file(const std::string& name, std::unique_ptr<FileSource> source,
                   std::uint64_t token) override;
  void submit_remove(const std::string& name, std::uint64_t token) override;
  void submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes, Check check,
                    std::uint64_t token) override;
  void flush() override { flushed_ = outstanding_.size(); }
  void poll(std::vector<Completion>& completions) override;
  [[nodiscard]] bool ready() const override {
    return !done_.empty() || (!hold_ && flushed_ > 0) ||
           std::ranges::any_of(creations_, [&](const auto& each) { return !is_held(each); }) ||
           (!hold_creations_ && !checks_.empty());
  }
  bool wait() override { return false; }
  [[nodiscard]] std::string description() const override { return "memory"; }

  /// Writes stay outstanding until complete() names them, or hold(false).
  void hold(bool writes) { hold_ = writes; }
  /// Creations stay outstanding likewise, and checks.
  void hold_creations(bool creations) { hold_creations_ = creations; }
  /// Files whose bytes come from a source, such as snapshots, stay outstanding likewise.
  void hold_snapshots(bool snapshots) { hold_snapshots_ = snapshots; }
  [[nodiscard]] std::size_t outstanding() const { return outstanding_.size(); }
  /// Completes the outstanding write at this index, in order of submission, at the next poll().
  void complete(std::size_t index);

  /// Power is lost: of each outstanding block of 4 KiB, `survives` says whether it was written.
  /// Everything that is asked of this disk from now on fails.
  void crash(const std::function<bool()>& survives);

  /// The next write fails with this error and writes nothing.
  void fail_next_write(std::error_code error) { write_error_ = error; }
  /// Creations fail for want of space.
  void set_full(bool full) { full_ = full; }
  /// Reads of this file fail.
  void fail_reads_of(const std::string& name) {
    unreadable_ = name;
    unreadable_block_.reset();
  }
  /// The same of one block only.
  void fail_reads_of(const std::string& name, std::uint64_t block) {
    unreadable_ = name;
    unreadable_block_ = block;
  }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

  /// Called with the bytes of each write that is submitted.
  void observe_writes(std::function<void(std::span<const std::byte>)> observer) {
    observer_ = std::move(observer);
  }

 private:
  struct Write {
    std::string name;
    std::uint64_t offset = 0;
    std::vector<std::byte> bytes;
    std::uint64_t token = 0;
  };
  struct Creation {
    std::string name;
    std::vector<std::byte> head;
    std::uint64_t size = 0;
    std::uint64_t token = 0;
    std::string from = {};  // empty: a new file
    bool remove = false;    // or that it goes
    bool sourced = false;   // its bytes came from a source
  };

  struct PendingCheck {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    Check check;
    std::uint64_t token = 0;
  };

  static bool needs_room(const Creation& creation) {
    return creation.from.empty() && !creation.remove;
  }
  [[nodiscard]] bool is_held(const Creation& creation) const {
    return hold_creations_ || (hold_snapshots_ && creation.sourced);
  }
  void carry_out(const Creation& creation);
  [[nodiscard]] std::error_code carry_out(const PendingCheck& check) const;
  /// A part of a file, if it can be read.
  std::error_code find(const std::string& name, std::uint64_t offset, std::uint64_t size,
                       std::span<const std::byte>& found) const;
  [[nodiscard]] std::error_code dead() const;
  std::string name_of(FileId file) const;
  FileId add_file(const std::string& name);
  void apply(const Write& write, std::size_t first_block, std::size_t blocks);
  void finish(Write write);

  MemoryFiles& files_;
  std::map<FileId, std::string> open_;
  std::uint32_t next_file_ = 1;
  std::deque<Write> outstanding_;
  std::size_t flushed_ = 0;  // of the outstanding writes
  std::deque<Creation> creations_;
  std::vector<PendingCheck> checks_;
  std::vector<Completion> done_;
  bool hold_ = false;
  bool hold_creations_ = false;
  bool hold_snapshots_ = false;
  bool crashed_ = false;
  bool full_ = false;
  std::string unreadable_;
  std::optional<std::uint64_t> unreadable_block_;  // of it; none: all
  std::uint64_t bytes_read_ = 0;
  std::optional<std::error_code> write_error_;
  std::function<void(std::span<const std::byte>)> observer_;
};

}  // namespace decree::wal

#endif  // DECREE_TESTS_SUPPORT_MEMORY_DISK_H_
