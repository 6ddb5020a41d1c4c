// A leader and a follower with nothing slow between them: what a commit costs in the engine alone.
#ifndef DECREE_TESTS_HOTPATH_COMMIT_PATH_H_
#define DECREE_TESTS_HOTPATH_COMMIT_PATH_H_

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "replica/engine.h"
#include "tests/hotpath/instant_disk.h"

namespace decree::hotpath {

/// Two voters, so that every commit needs both. Frames arrive and writes are durable at once.
class CommitPath {
 public:
  explicit CommitPath(std::size_t payload_bytes);
  ~CommitPath();
  CommitPath(const CommitPath&) = delete;
  CommitPath& operator=(const CommitPath&) = delete;

  /// Commits `batches` times `batch` commands, each batch proposed when the last one is answered.
  void commit(std::size_t batches, std::size_t batch);
  [[nodiscard]] std::size_t committed() const { return committed_; }
  /// Frames that were sent from where the last of their commands was kept.
  [[nodiscard]] std::size_t frames_in_place() const { return frames_in_place_; }

 private:
  class Wire;
  struct Node;
  class Clock final : public leases::Clock {
   public:
    [[nodiscard]] leases::Time now() const override { return time; }
    leases::Time time{1'000'000'000};
  };

  void propose();
  void round();
  void settle();
  void turn(Node& node);
  void deliver(Node& from, Node& to);

  Clock clock_;
  boost::asio::io_context io_;  // the executor of the callers, never run
  std::vector<std::byte> command_;
  std::array<std::unique_ptr<Node>, 2> nodes_;
  const std::byte* last_kept_ = nullptr;
  std::size_t frames_in_place_ = 0;
  std::size_t committed_ = 0;
};

}  // namespace decree::hotpath

#endif  // DECREE_TESTS_HOTPATH_COMMIT_PATH_H_
