#include "bench/peers/uv_thread.h"

#include <stdexcept>
#include <utility>

namespace decree::bench {

UvThread::UvThread() {
  const auto run = [](uv_async_t* handle) { static_cast<UvThread*>(handle->data)->run_posted(); };
  if (uv_loop_init(&loop_) != 0 || uv_async_init(&loop_, &wake_up_, run) != 0) {
    throw std::runtime_error("libuv makes no loop");
  }
  wake_up_.data = this;
}

void UvThread::start() {
  thread_ = std::thread([this] { uv_run(&loop_, UV_RUN_DEFAULT); });
}

void UvThread::join() {
  post([this] { uv_close(reinterpret_cast<uv_handle_t*>(&wake_up_), nullptr); });
  thread_.join();
  uv_loop_close(&loop_);
}

void UvThread::post(std::function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(function));
  }
  uv_async_send(&wake_up_);
}

void UvThread::run_posted() {
  std::vector<std::function<void()>> functions;
  {
    const std::lock_guard lock(mutex_);
    functions.swap(posted_);
  }
  for (const auto& function : functions) {
    function();
  }
}

}  // namespace decree::bench
