// A directory that is gone after the test, unless it is worth keeping.
#ifndef DECREE_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
#define DECREE_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace decree {

class TemporaryDirectory {
 public:
  /// Made new in `parent`, which must exist: /var/tmp is a real disk where /tmp may be memory.
  explicit TemporaryDirectory(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (std::filesystem::absolute(parent) / "decree-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "cannot make a directory " + name);
    }
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// A path below it.
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace decree

#endif  // DECREE_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
