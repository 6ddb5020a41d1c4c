// Runs in processes of their own, so that an assertion that stops a replica stops nothing else.
#ifndef DECREE_SIM_WORKER_H_
#define DECREE_SIM_WORKER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "decree/sim.h"
#include "sim/plan.h"

namespace decree::sim {

/// A run takes milliseconds. One that takes this long does not end.
inline constexpr int kHangsAfterSeconds = 120;

/// A child process and the pipe that it writes to.
class Worker {
 public:
  /// Runs `body` in a child, which gets the pipe's end to write to and ends with it.
  explicit Worker(const std::function<void(int)>& body);
  ~Worker();  // kills it if it still runs
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  /// Takes what has arrived; calls `line` for each that is whole. False at the end of the pipe.
  bool read(const std::function<void(const std::string&)>& line);
  /// Waits for the child; empty if it ended well, else how it did not.
  [[nodiscard]] std::string wait();

 private:
  int fd_ = -1;
  int pid_ = -1;
  std::string buffer_;
};

/// Writes what a worker's read() hands on as one line, even if it holds several.
void write_line(int fd, const std::string& line);

/// The failure of one run in a child; empty if it is clean.
[[nodiscard]] std::string run_apart(const Plan& plan, const Subject& subject);

}  // namespace decree::sim

#endif  // DECREE_SIM_WORKER_H_
