// A resource outside the group that a fence protects: a file that all replicas can reach.
#ifndef DECREE_EXAMPLES_LEADER_TASK_PROTECTED_FILE_H_
#define DECREE_EXAMPLES_LEADER_TASK_PROTECTED_FILE_H_

#include <stdexcept>
#include <string>
#include <utility>

#include "decree/types.h"

namespace decree::leader_task {

/// A newer leader was here. Nothing was changed.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file whose first line is the greatest token that was admitted, so that it is stored with what
/// it protects; the rest is the program's. Each call is one step under a lock that all processes
/// of the host respect. Throws Refused, std::system_error, or std::runtime_error if the first line
/// is damaged.
class ProtectedFile {
 public:
  /// Made at the first use. Beside it are `path`.lock and, now and then, `path`.new.
  explicit ProtectedFile(std::string path) : path_(std::move(path)) {}

  /// What is in it. From here on no older leader changes it: the token is admitted and stored.
  [[nodiscard]] std::string claim(const Token& token) const;
  /// Puts `content` in the place of all that was in it; durable when this returns.
  void replace(const Token& token, const std::string& content) const;

 private:
  struct Stored;
  [[nodiscard]] Stored admit(const Token& token) const;
  void store(const Stored& stored) const;

  std::string path_;
};

}  // namespace decree::leader_task

#endif  // DECREE_EXAMPLES_LEADER_TASK_PROTECTED_FILE_H_
