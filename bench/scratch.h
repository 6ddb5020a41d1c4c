// A directory for one run of a benchmark.
#ifndef DECREE_BENCH_SCRATCH_H_
#define DECREE_BENCH_SCRATCH_H_

#include <string>

namespace decree::bench {

/// Made new below a directory that exists, removed with all that is in it.
class Scratch {
 public:
  explicit Scratch(const std::string& parent);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_SCRATCH_H_
