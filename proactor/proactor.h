// The one place where a thread waits: for what it started, and to be woken.
#ifndef DECREE_PROACTOR_PROACTOR_H_
#define DECREE_PROACTOR_PROACTOR_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <system_error>

#include "proactor/polling.h"
#include "proactor/unique_fd.h"

namespace decree::proactor {

class UringProactor;

/// Something that was started. It stays where it is until it has completed.
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;
  /// `result`: what the system call returned, or -errno. Called from Proactor::wait(), may start
  /// operations, this one too.
  virtual void completed(int result) = 0;
};

/// Completion dispatching as in "Proactor" (Pyarali, Harrison, Schmidt and Jordan, 1997). Used by
/// one thread, the first that calls wait() or start(), but for wake().
class Proactor {
 public:
  /// On an io_uring where the kernel allows it, else on epoll; `refusal` says why.
  static std::unique_ptr<Proactor> open(std::error_code& refusal);
  static std::unique_ptr<Proactor> open_epoll();
  Proactor(const Proactor&) = delete;
  Proactor& operator=(const Proactor&) = delete;
  /// What is still under way does not complete any more, and may go: nothing is written to it. But
  /// see under_way().
  virtual ~Proactor() = default;

  /// Completes with what recv() returns for a blocking socket, which it must be.
  virtual void receive(int socket, std::span<std::byte> into, Operation& operation) = 0;
  /// Completes with 0 or more once `fd` is readable.
  virtual void watch(int fd, Operation& operation) = 0;
  /// Receipts and writes that were not completed. Their memory must not go before.
  [[nodiscard]] std::size_t under_way() const { return under_way_; }

  /// Hands what was started to the kernel.
  virtual void start() = 0;
  /// Waits for a completion, or to be woken, for `most` at most, and completes what is ready. What
  /// was started is handed over before it sleeps. One system call on an io_uring, or none. True if
  /// wake() was called meanwhile. `soon`: something is expected, and polling may pay.
  bool wait(std::chrono::nanoseconds most, bool soon = false);
  /// From now on waits poll for so long at most before they sleep; 0, as at first: not at all. An
  /// epoll has nothing to poll without system calls, and never does.
  void poll_for(std::chrono::nanoseconds most) { polling_ = Polling(most); }
  /// Any thread: ends a wait(), or the next one. A system call only if the thread sleeps.
  void wake() noexcept;

  /// Itself, if it is one: it can write to files too.
  [[nodiscard]] virtual UringProactor* uring() { return nullptr; }

 protected:
  Proactor();
  [[nodiscard]] int wake_fd() const { return wake_fd_.get(); }
  void began() { ++under_way_; }
  void ended() { --under_way_; }

 private:
  /// Polls for what is ready, handing over first what was started, until `until`.
  void look(Polling::Time until);
  /// There is something to complete, as far as shared memory says.
  [[nodiscard]] virtual bool ready() const { return true; }
  /// Waits, if `most` is not 0 and nothing is ready.
  virtual void block(std::chrono::nanoseconds most) = 0;
  /// Completes what is ready.
  virtual void dispatch() = 0;

  // An eventfd that is written to and never read: each write is an edge.
  UniqueFd wake_fd_;
  std::atomic<bool> asleep_{false};
  std::atomic<bool> woken_{false};
  std::size_t under_way_ = 0;
  Polling polling_{Polling::Time::zero()};
};

}  // namespace decree::proactor

#endif  // DECREE_PROACTOR_PROACTOR_H_
