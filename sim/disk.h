// One opening of a simulated directory.
#ifndef DECREE_SIM_DISK_H_
#define DECREE_SIM_DISK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "sim/files.h"
#include "sim/timeline.h"
#include "wal/disk.h"

namespace decree::sim {

/// How a disk behaves for now; changed by faults.
struct DiskMood {
  Duration latency = Duration::micros(100);  // of a write, at least
  Duration spread = Duration::micros(50);    // more, at most
  std::uint64_t tail_ppm = 0;                // writes that take a hundred times as long
  Time stalled_until;                        // nothing ends before
  bool full = false;                         // no new files
  bool fails_write = false;  // writes end with an error, some of their blocks written
  bool fails_reads = false;  // reading fails
};

/// What of the outstanding writes reaches the medium when power is lost.
enum class CrashMode : std::uint8_t {
  nothing,
  everything,
  some_blocks,
  first_blocks,
  killed,       // power stays: all of it, but only as far as the page cache
  misdirected,  // it lands behind its place: the log must notice
};
/// One of those that leave the directory sound.
[[nodiscard]] CrashMode draw_crash_mode(Random& random);

/// Writes end in any order, each at its own time; power may be lost in between.
class Disk final : public wal::Disk {
 public:
  /// `wake` is called when poll() has something. `stop_here` is called at the start of every
  /// operation: a place where the replica can be stopped. All references must outlive the disk.
  Disk(Timeline& timeline, Files& files, const DiskMood& mood, Random random,
       std::function<void()> wake, std::function<void()> stop_here);
  ~Disk() override;

  std::error_code list(std::vector<std::string>& names) override;
  std::error_code open(const std::string& name, wal::FileId& file, std::uint64_t& size) override;
  std::error_code create(const std::string& name, std::span<const std::byte> head,
                         std::uint64_t size, wal::FileId& file) override;
  std::error_code replace(const std::string& name, std::span<const std::byte> bytes) override;
  std::error_code rename(const std::string& from, const std::string& to) override;
  std::error_code remove(const std::string& name) override;
  std::error_code read(wal::FileId file, std::uint64_t offset, std::span<std::byte> into) override;
  std::error_code sync(wal::FileId file) override;
  std::error_code write(wal::FileId file, std::uint64_t offset,
                        std::span<const std::byte> bytes) override;
  void close(wal::FileId file) override;
  void submit_write(wal::FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token) override;
  wal::FileId submit_create(const std::string& name, std::span<const std::byte> head,
                            std::uint64_t size, std::uint64_t token) override;
  wal::FileId submit_reuse(const std::string& from, const std::string& name,
                           std::span<const std::byte> head, std::uint64_t token) override;
  void submit_file(const std::string& name, std::unique_ptr<wal::FileSource> source,
                   std::uint64_t token) override;
  void submit_remove(const std::string& name, std::uint64_t token) override;
  void submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes, Check check,
                    std::uint64_t token) override;
  void flush() override;
  void poll(std::vector<wal::Completion>& completions) override;
  [[nodiscard]] bool ready() const override { return !done_.empty(); }
  bool wait() override { return false; }
  [[nodiscard]] std::string description() const override { return "simulated"; }

  /// Power is lost: what is outstanding reaches the medium in part, and all else fails from now on.
  void crash(CrashMode mode);
  [[nodiscard]] std::size_t outstanding() const { return writes_.size() + creations_.size(); }

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

    [[nodiscard]] bool needs_room() const { return from.empty() && !remove; }
  };

  struct PendingCheck {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    Check check;
    std::uint64_t token = 0;
  };

  [[nodiscard]] std::error_code begin() const;
  [[nodiscard]] const std::string& name_of(wal::FileId file) const;
  wal::FileId add(const std::string& name);
  void schedule(std::function<void()> end);
  bool waits_for_stall(std::function<void()> end);
  void end_write(std::uint64_t id);
  void end_creation(std::uint64_t id);
  void end_check(const PendingCheck& pending);
  [[nodiscard]] std::error_code carry_out(const PendingCheck& pending);
  void end(std::uint64_t token, std::error_code error);
  void make(const Creation& creation);
  void leave_unfinished(const Creation& creation);
  void put_blocks(const Write& write, std::size_t first, std::size_t count);
  void misdirect(const Write& write, std::size_t block);
  void lose(const Write& write, CrashMode mode);

  Timeline& timeline_;
  Files& files_;
  const DiskMood& mood_;
  Random random_;
  std::function<void()> wake_;
  std::function<void()> stop_here_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what was scheduled asks
  bool crashed_ = false;
  std::map<wal::FileId, std::string> open_;
  std::uint32_t next_file_ = 1;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Write> writes_;  // submitted and not ended
  std::map<std::uint64_t, Creation> creations_;
  std::vector<std::uint64_t> unflushed_;
  std::vector<wal::Completion> done_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_DISK_H_
