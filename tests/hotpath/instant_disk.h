// A disk that keeps nothing of what the log appends.
#ifndef DECREE_TESTS_HOTPATH_INSTANT_DISK_H_
#define DECREE_TESTS_HOTPATH_INSTANT_DISK_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/memory_disk.h"

namespace decree::hotpath {

/// Opening and closing as in memory; writes and new files are durable at the next poll().
class InstantDisk final : public wal::Disk {
 public:
  std::error_code list(std::vector<std::string>& names) override { return memory_.list(names); }
  std::error_code open(const std::string& name, wal::FileId& file, std::uint64_t& size) override {
    return memory_.open(name, file, size);
  }
  std::error_code create(const std::string& name, std::span<const std::byte> head,
                         std::uint64_t size, wal::FileId& file) override {
    return memory_.create(name, head, size, file);
  }
  std::error_code replace(const std::string& name, std::span<const std::byte> bytes) override {
    return memory_.replace(name, bytes);
  }
  std::error_code rename(const std::string& from, const std::string& to) override {
    return memory_.rename(from, to);
  }
  std::error_code remove(const std::string& name) override { return memory_.remove(name); }
  std::error_code read(wal::FileId file, std::uint64_t offset, std::span<std::byte> into) override {
    return memory_.read(file, offset, into);
  }
  std::error_code sync(wal::FileId file) override { return memory_.sync(file); }
  std::error_code write(wal::FileId file, std::uint64_t offset,
                        std::span<const std::byte> bytes) override {
    return memory_.write(file, offset, bytes);
  }
  void close(wal::FileId file) override {
    if (file.value < kMade) memory_.close(file);
  }

  void submit_write(wal::FileId, std::uint64_t, std::span<const std::byte>,
                    std::uint64_t token) override {
    done_.push_back({token, {}});
  }
  wal::FileId submit_create(const std::string&, std::span<const std::byte>, std::uint64_t,
                            std::uint64_t token) override {
    done_.push_back({token, {}});
    return wal::FileId{made_++};
  }
  wal::FileId submit_reuse(const std::string&, const std::string&, std::span<const std::byte>,
                           std::uint64_t token) override {
    done_.push_back({token, {}});
    return wal::FileId{made_++};
  }
  void submit_file(const std::string& name, std::unique_ptr<wal::FileSource> source,
                   std::uint64_t token) override {
    memory_.submit_file(name, std::move(source), token);
    memory_.poll(done_);
  }
  void submit_remove(const std::string& name, std::uint64_t token) override {
    memory_.submit_remove(name, token);
    memory_.poll(done_);
  }
  void submit_check(const std::string&, std::uint64_t, std::uint64_t, Check,
                    std::uint64_t token) override {
    done_.push_back({token, {}});
  }
  void flush() override {}
  void poll(std::vector<wal::Completion>& completions) override {
    completions.insert(completions.end(), done_.begin(), done_.end());
    done_.clear();
  }
  [[nodiscard]] bool ready() const override { return !done_.empty(); }
  bool wait() override { return false; }
  [[nodiscard]] std::string description() const override { return "instant"; }

 private:
  static constexpr std::uint32_t kMade = 1u << 30;

  wal::MemoryFiles files_;
  wal::MemoryDisk memory_{files_};
  std::uint32_t made_ = kMade;
  std::vector<wal::Completion> done_;
};

}  // namespace decree::hotpath

#endif  // DECREE_TESTS_HOTPATH_INSTANT_DISK_H_
