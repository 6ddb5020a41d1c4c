// The part of a disk that is the same however writes are made durable: a locked directory.
#ifndef DECREE_WAL_DIRECTORY_H_
#define DECREE_WAL_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proactor/proactor.h"
#include "wal/disk.h"
#include "wal/file_maker.h"
#include "wal/posix_file.h"

namespace decree::wal {

/// A directory that was opened and locked.
struct DirectoryHandle {
  UniqueFd directory;
  UniqueFd lock;
  proactor::Proactor* proactor = nullptr;  // what its thread waits in; none: it writes nothing
  bool direct = true;                      // its file system takes O_DIRECT
  bool writable = true;
};

inline constexpr char kLockName[] = "lock";

/// Implements the slow calls of Disk, and the background creation of files.
class Directory : public Disk {
 public:
  explicit Directory(DirectoryHandle handle);

  std::error_code list(std::vector<std::string>& names) override;
  std::error_code open(const std::string& name, FileId& file, std::uint64_t& size) override;
  std::error_code create(const std::string& name, std::span<const std::byte> head,
                         std::uint64_t size, FileId& file) override;
  std::error_code replace(const std::string& name, std::span<const std::byte> bytes) override;
  std::error_code rename(const std::string& from, const std::string& to) override;
  std::error_code remove(const std::string& name) override;
  std::error_code read(FileId file, std::uint64_t offset, std::span<std::byte> into) override;
  std::error_code sync(FileId file) override;
  std::error_code write(FileId file, std::uint64_t offset,
                        std::span<const std::byte> bytes) override;
  void close(FileId file) override;
  FileId submit_create(const std::string& name, std::span<const std::byte> head, std::uint64_t size,
                       std::uint64_t token) override;
  FileId submit_reuse(const std::string& from, const std::string& name,
                      std::span<const std::byte> head, std::uint64_t token) override;
  void submit_file(const std::string& name, std::unique_ptr<FileSource> source,
                   std::uint64_t token) override;
  void submit_remove(const std::string& name, std::uint64_t token) override;
  void submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes, Check check,
                    std::uint64_t token) override;
  bool wait() override;

 protected:
  [[nodiscard]] int fd_of(FileId file) const;
  [[nodiscard]] bool direct() const { return handle_.direct; }
  [[nodiscard]] proactor::Proactor& proactor() const { return *handle_.proactor; }
  [[nodiscard]] bool has_made() const {
    return (maker_ && maker_->has_made()) || (patient_maker_ && patient_maker_->has_made());
  }
  /// Appends the completions of submit_create().
  void take_made(std::vector<Completion>& completions);

 private:
  FileId add(UniqueFd fd);
  FileId add_making(std::uint64_t token);
  FileMaker& maker();
  FileMaker& patient_maker();
  FileMaker& running(std::unique_ptr<FileMaker>& maker, FileMaker::Urgency urgency);
  std::error_code sync_directory() const;

  DirectoryHandle handle_;
  std::vector<UniqueFd> files_;  // FileId is the index + 1
  struct Making {
    std::uint64_t token = 0;
    FileId file;
  };
  std::vector<Making> making_;
  std::vector<MadeFile> made_;
  std::unique_ptr<FileMaker> maker_;          // of segments; starts with the first
  std::unique_ptr<FileMaker> patient_maker_;  // of what no append waits for
};

}  // namespace decree::wal

#endif  // DECREE_WAL_DIRECTORY_H_
