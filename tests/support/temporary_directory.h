// A directory that is gone after the test, unless it is worth keeping.
#ifndef DECREE_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
#define DECREE_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_

#include <filesystem>
#include <string>

#include "examples/demo/temporary_directory.h"

namespace decree {

class TemporaryDirectory : public demo::TemporaryDirectory {
 public:
  /// Made new in `parent`: /var/tmp is a real disk where /tmp may be memory.
  explicit TemporaryDirectory(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path())
      : demo::TemporaryDirectory(parent, "decree-") {}

  /// A path below it.
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path() / name).string();
  }
};

}  // namespace decree

#endif  // DECREE_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
