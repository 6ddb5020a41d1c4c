// A directory that is gone after the test.
#ifndef DECREE_TESTS_WAL_TEMP_DIRECTORY_H_
#define DECREE_TESTS_WAL_TEMP_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace decree::wal {

class TempDirectory {
 public:
  TempDirectory() : path_((std::filesystem::temp_directory_path() / "decree-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  /// A path below it.
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace decree::wal

#endif  // DECREE_TESTS_WAL_TEMP_DIRECTORY_H_
