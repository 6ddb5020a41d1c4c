// This program, started again as a worker.
#ifndef DECREE_BENCH_PROCESS_H_
#define DECREE_BENCH_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/descriptor.h"

namespace decree::bench {

/// Processor time so far of a child, of all its threads, user and system.
std::int64_t cpu_us_of(pid_t pid);

/// A worker that takes lines on its standard input and answers with lines; it ends when its input
/// does, and dies with this process. Failures throw std::runtime_error.
class Process {
 public:
  /// Runs this program's own file with `arguments`. It keeps the descriptors `inherited`, under
  /// their numbers.
  explicit Process(const std::vector<std::string>& arguments,
                   const std::vector<int>& inherited = {});
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  /// Ends its input and waits for it; kills it when it has not ended after ten seconds.
  ~Process();

  void write_line(const std::string& line);
  std::string read_line(std::chrono::milliseconds patience);
  [[nodiscard]] std::int64_t cpu_us() const { return cpu_us_of(pid_); }
  /// SIGKILL; returns when it is gone. Nothing but the destructor and assignment may follow.
  void kill();
  /// As the destructor does; the same may follow.
  void end();

 private:
  pid_t pid_ = -1;
  Descriptor input_;
  Descriptor output_;
  std::string received_;
};

/// From now on SIGINT and SIGTERM make read_line() throw, so that what was made is removed on the
/// way out.
void throw_on_interrupt();

}  // namespace decree::bench

#endif  // DECREE_BENCH_PROCESS_H_
