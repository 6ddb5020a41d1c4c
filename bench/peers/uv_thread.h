// A thread that runs a libuv loop.
#ifndef DECREE_BENCH_PEERS_UV_THREAD_H_
#define DECREE_BENCH_PEERS_UV_THREAD_H_

#include <uv.h>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace decree::bench {

/// What lives on the loop belongs to the thread, from start() to join().
class UvThread {
 public:
  UvThread();
  UvThread(const UvThread&) = delete;
  UvThread& operator=(const UvThread&) = delete;

  uv_loop_t* loop() { return &loop_; }
  void start();
  /// Returns once nothing is left on the loop.
  void join();

  /// Calls `function` on the thread, from any.
  void post(std::function<void()> function);
  /// The same, and returns what it returned. Not from the thread itself.
  template <typename Function>
  auto call(Function function) {
    using Task = std::packaged_task<decltype(function())()>;
    const auto task = std::make_shared<Task>(std::move(function));
    post([task] { (*task)(); });
    return task->get_future().get();
  }

 private:
  void run_posted();

  uv_loop_t loop_{};
  uv_async_t wake_up_{};
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::thread thread_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_UV_THREAD_H_
