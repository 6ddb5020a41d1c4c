// A directory that is gone with its object, unless it is worth keeping.
#ifndef DECREE_EXAMPLES_DEMO_TEMPORARY_DIRECTORY_H_
#define DECREE_EXAMPLES_DEMO_TEMPORARY_DIRECTORY_H_

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace decree::demo {

class TemporaryDirectory {
 public:
  /// A new directory `prefix`XXXXXX in `parent`, which is made if missing. Throws
  /// std::system_error.
  TemporaryDirectory(const std::filesystem::path& parent, const std::string& prefix) {
    std::filesystem::create_directories(parent);
    std::string name = (std::filesystem::absolute(parent) / (prefix + "XXXXXX")).string();
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
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_TEMPORARY_DIRECTORY_H_
