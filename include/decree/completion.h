// A completion handler of any type behind one move-only value: what lets Replica hide its engine.
#ifndef DECREE_COMPLETION_H_
#define DECREE_COMPLETION_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "decree/state_machine.h"
#include "decree/types.h"

namespace decree::detail {

/// Memory of completions. Each thread keeps what it gave back for the next that it takes.
void* take_memory(std::size_t bytes);
void give_memory(void* memory, std::size_t bytes) noexcept;

/// Calls a handler once, on its associated executor, which is kept alive until then. `engine` is
/// the executor of handlers that have none of their own: those are called directly.
template <typename... Args>
class Completion {
 public:
  Completion() = default;
  template <typename Handler>
  Completion(Handler handler, const boost::asio::any_io_executor& engine) {
    using Model = ModelOf<Handler>;
    static_assert(alignof(Model) <= alignof(std::max_align_t));
    state_.reset(new (take_memory(sizeof(Model))) Model(std::move(handler), engine));
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
    ModelOf(Handler h, const boost::asio::any_io_executor& engine) : handler(std::move(h)) {
      const boost::asio::any_io_executor own =
          boost::asio::get_associated_executor(handler, engine);
      if (own == engine) return;
      executor = boost::asio::prefer(own, boost::asio::execution::outstanding_work.tracked);
    }

    void call(Args... args) override {
      Handler h = std::move(handler);
      boost::asio::any_io_executor ex = std::move(executor);
      destroy();
      if (!ex) {
        h(std::move(args)...);
        return;
      }
      boost::asio::dispatch(ex, [h = std::move(h), ... args = std::move(args)]() mutable {
        std::move(h)(std::move(args)...);
      });
    }
    void destroy() override {
      this->~ModelOf();
      give_memory(this, sizeof(ModelOf));
    }

    boost::asio::any_io_executor executor;  // none: the engine's
    Handler handler;
  };

  std::unique_ptr<Base, Destroy> state_;
};

using ProposeCompletion = Completion<boost::system::error_code, Reply>;
using SessionCompletion = Completion<boost::system::error_code, ClientId>;
using ReadCompletion = Completion<boost::system::error_code>;
using SettingsCompletion = Completion<boost::system::error_code>;

}  // namespace decree::detail

#endif  // DECREE_COMPLETION_H_
