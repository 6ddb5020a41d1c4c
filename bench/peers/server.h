// A program of another project, kept running.
#ifndef DECREE_BENCH_PEERS_SERVER_H_
#define DECREE_BENCH_PEERS_SERVER_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace decree::bench {

/// Runs until its object ends, and dies with this process. It is killed, not stopped: nobody reads
/// what it wrote afterwards.
class Server {
 public:
  /// `words` are the program's path and its arguments; what it prints goes to the file `log`.
  Server(const std::vector<std::string>& words, std::string log);
  Server(Server&& other) noexcept;
  Server& operator=(Server&&) = delete;
  ~Server();

  /// Processor time so far. Throws std::runtime_error when it has ended.
  [[nodiscard]] std::int64_t cpu_us() const;
  /// The last lines that it printed, under the name of the file.
  [[nodiscard]] std::string log_tail() const;

 private:
  pid_t pid_ = -1;
  std::string log_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_SERVER_H_
