// Runs an io_context on a thread that waits in a Proactor.
#ifndef DECREE_PROACTOR_ASIO_SOURCE_H_
#define DECREE_PROACTOR_ASIO_SOURCE_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "proactor/proactor.h"

namespace decree::proactor {

/// The io_context itself never waits: the proactor watches the epoll instance that it would wait
/// in. One thread, but the io_context is as free as any.
class AsioSource final : private Operation {
 public:
  explicit AsioSource(Proactor& proactor);

  [[nodiscard]] boost::asio::io_context& context() { return io_; }
  /// Runs the handlers that are ready. No system call if there are none.
  void run();
  /// For the last time, whether or not the proactor has seen that there are some.
  void finish() { io_.poll(); }

 private:
  void completed(int result) override;

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  Proactor& proactor_;
  bool ready_ = true;  // or it is not watched yet
};

}  // namespace decree::proactor

#endif  // DECREE_PROACTOR_ASIO_SOURCE_H_
