// Durable writes through an io_uring.
#ifndef DECREE_WAL_URING_QUEUE_H_
#define DECREE_WAL_URING_QUEUE_H_

#include <cstdint>
#include <deque>
#include <span>
#include <system_error>
#include <vector>

#include "proactor/uring_proactor.h"
#include "wal/disk.h"
#include "wal/durable_write.h"

namespace decree::wal {

class UringQueue {
 public:
  /// `proactor` must outlive the queue, and the queue what it has under way.
  UringQueue(proactor::UringProactor& proactor, WriteMode mode)
      : proactor_(proactor), mode_(mode) {}
  UringQueue(const UringQueue&) = delete;
  UringQueue& operator=(const UringQueue&) = delete;

  void submit_write(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token);
  /// One system call, or none if nothing was submitted.
  void flush() { proactor_.start(); }
  [[nodiscard]] bool busy() const { return free_.size() != writes_.size(); }
  [[nodiscard]] bool has_completions() const { return !done_.empty(); }
  /// Appends the completions that have arrived.
  void reap(std::vector<Completion>& completions);

 private:
  struct Write {
    /// One of the two requests of a write.
    struct Step final : proactor::Operation {
      explicit Step(Write& w) : write(w) {}
      void completed(int result) override { write.queue.take(write, *this, result); }
      Write& write;
    };
    explicit Write(UringQueue& q) : queue(q) {}

    UringQueue& queue;
    DurableWrite state;
    int fd = -1;
    std::uint64_t token = 0;
    Step written{*this};
    Step synced{*this};
  };

  Write& free_write();
  void prepare(Write& write);
  void take(Write& write, const Write::Step& step, int result);

  proactor::UringProactor& proactor_;
  WriteMode mode_;
  std::deque<Write> writes_;  // which stay where they are
  std::vector<Write*> free_;
  std::vector<Completion> done_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_URING_QUEUE_H_
