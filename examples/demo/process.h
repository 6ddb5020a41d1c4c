// A child process that can be killed, paused and waited for.
#ifndef DECREE_EXAMPLES_DEMO_PROCESS_H_
#define DECREE_EXAMPLES_DEMO_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "examples/demo/deadline.h"
#include "examples/demo/file_descriptor.h"

namespace decree::demo {

/// Never outlives its object, nor the thread that started it, not even when that is killed.
class Process {
 public:
  struct Command {
    std::string program;  // a path
    std::vector<std::string> arguments;
    std::string output;  // a file, to which standard output and error are appended
  };

  /// Throws std::system_error, naming the program or the file, when it cannot be started.
  explicit Process(const Command& command);
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Readable once the process has ended.
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

  /// kill -9; returns when the process is gone.
  void kill();
  /// SIGSTOP; returns when the process stands still.
  void pause();
  void resume();
  /// SIGTERM, then wait().
  std::optional<int> terminate(Deadline deadline);
  /// How it ended: the exit status, or minus the signal that ended it. Nothing at the deadline.
  std::optional<int> wait(Deadline deadline);

 private:
  void signal(int number) const;

  pid_t pid_ = 0;
  FileDescriptor descriptor_;
  std::optional<int> ended_;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_PROCESS_H_
