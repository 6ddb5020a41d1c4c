// A completion handler of any type behind one move-only value: what lets Replica hide its engine.
#ifndef DECREE_COMPLETION_H_
#define DECREE_COMPLETION_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <utility>

#include "decree/state_machine.h"
#include "decree/types.h"

namespace decree::detail {

/// Calls a handler once, on its associated executor, which is kept alive until then. `engine` is
/// the executor of handlers that have none of their own: those are called directly.
template <typename... Args>
class Completion {
 public:
  Completion() = default;
  template <typename Handler>
  Completion(Handler handler, boost::asio::any_io_executor engine) {
    using Model = ModelOf<Handler>;
    boost::asio::recycling_allocator<Model> allocator;
    Model* model = allocator.allocate(1);
    state_.reset(new (model) Model(std::move(handler), std::move(engine)));
  }

  explicit operator bool() const { return state_ != nullptr; }
  /// Must be called on the engine's thread, once.
  void operator()(Args... args) {
    std::exchange(state_, nullptr).release()->call(std::move(args)...);
  }

 private:
  struct Base {
    Base() = default;
    Base(const Base&) = delete;
    Base& operator=(const Base&) = delete;
    virtual ~Base() = default;
    virtual void call(Args... args) = 0;
    virtual void destroy() = 0;
  };
  struct Destroy {
    void operator()(Base* base) const { base->destroy(); }
  };

  template <typename Handler>
  struct ModelOf final : Base {
    ModelOf(Handler h, boost::asio::any_io_executor engine)
        : executor(boost::asio::prefer(boost::asio::get_associated_executor(h, engine),
                                       boost::asio::execution::outstanding_work.tracked)),
          direct(boost::asio::get_associated_executor(h, engine) == engine),
          handler(std::move(h)) {}

    void call(Args... args) override {
      Handler h = std::move(handler);
      boost::asio::any_io_executor ex = std::move(executor);
      const bool here = direct;
      destroy();
      if (here) {
        h(std::move(args)...);
        return;
      }
      boost::asio::dispatch(ex, [h = std::move(h), ... args = std::move(args)]() mutable {
        std::move(h)(std::move(args)...);
      });
    }
    void destroy() override {
      boost::asio::recycling_allocator<ModelOf> allocator;
      this->~ModelOf();
      allocator.deallocate(this, 1);
    }

    boost::asio::any_io_executor executor;
    bool direct;
    Handler handler;
  };

  std::unique_ptr<Base, Destroy> state_;
};

using ProposeCompletion = Completion<boost::system::error_code, Reply>;
using SessionCompletion = Completion<boost::system::error_code, ClientId>;
using ReadCompletion = Completion<boost::system::error_code>;

}  // namespace decree::detail

#endif  // DECREE_COMPLETION_H_
