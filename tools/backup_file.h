// A backup in a file of its own.
#ifndef DECREE_TOOLS_BACKUP_FILE_H_
#define DECREE_TOOLS_BACKUP_FILE_H_

#include <string>

#include "decree/types.h"
#include "proactor/unique_fd.h"

namespace decree::tools {

/// It has its name when all of it is durable; what is given up is removed.
class BackupFile {
 public:
  BackupFile() = default;
  BackupFile(const BackupFile&) = delete;
  BackupFile& operator=(const BackupFile&) = delete;
  ~BackupFile();

  /// Begins a file in this directory, which is made if it is missing. Empty, or why it cannot be.
  std::string create(const std::string& directory);
  [[nodiscard]] int get() const { return fd_.get(); }
  /// Names it after its slot, in place of no other.
  std::string publish(Slot slot);
  /// Its path.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string directory_;
  std::string path_;  // empty: there is none
  UniqueFd fd_;
};

}  // namespace decree::tools

#endif  // DECREE_TOOLS_BACKUP_FILE_H_
