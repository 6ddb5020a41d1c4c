// Commits under callgrind: decree-commit-path BATCHES BATCH PAYLOAD_BYTES. What is counted happens
// in measured(), after so many commits that what is kept in memory is full and grows no more.
#include <cstdio>
#include <cstdlib>

#include "tests/hotpath/commit_path.h"

namespace {

constexpr std::size_t kWarmBatches = 1200;
constexpr std::size_t kWarmBatch = 64;

[[gnu::noinline]] void measured(decree::hotpath::CommitPath& path, std::size_t batches,
                                std::size_t batch) {
  path.commit(batches, batch);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::size_t batches = std::strtoul(argv[1], nullptr, 10);
  const std::size_t batch = std::strtoul(argv[2], nullptr, 10);
  decree::hotpath::CommitPath path(std::strtoul(argv[3], nullptr, 10));
  path.commit(kWarmBatches, kWarmBatch);
  path.commit(1, batch);
  const std::size_t before = path.committed();
  measured(path, batches, batch);
  std::printf("%zu\n", path.committed() - before);
}
