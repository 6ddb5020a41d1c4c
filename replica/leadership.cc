#include "decree/leadership.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "decree/replica.h"

namespace decree {
namespace {

/// Between two looks for a lease of which no event tells: the first of a leadership.
constexpr std::chrono::milliseconds kLook{1};

}  // namespace

class Leadership::State {
 public:
  explicit State(Replica& replica) : replica_(replica) {
    replica_.on_leadership([this](const LeadershipEvent& event) { changed(event); });
  }
  ~State() {
    replica_.on_leadership({});
    replace({});
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::optional<Term> wait(const std::stop_token& give_up) {
    std::unique_lock lock(mutex_);
    while (!give_up.stop_requested()) {
      changed_.wait(lock, give_up, [this] { return leading_.has_value(); });
      // While the lock is held no event is told, hence the lease is not that of a later leadership.
      if (leading_ && replica_.holds_lease()) {
        return Term{leading_->token, leading_->stop.get_token()};
      }
      changed_.wait_for(lock, give_up, kLook, [this] { return !leading_; });
    }
    return std::nullopt;
  }

 private:
  struct Leading {
    Token token;
    std::stop_source stop;
  };

  void changed(const LeadershipEvent& event) {
    using Kind = LeadershipEvent::Kind;
    if (event.kind == Kind::in_doubt || event.kind == Kind::ended) return replace({});
    // Started while in doubt, as for a handler that comes late: the term has not begun yet.
    if (event.kind == Kind::regained && leading_) return;
    replace(Leading{event.token, {}});
  }

  /// Requests the stop without the lock: its callbacks may call anything.
  void replace(std::optional<Leading> next) {
    {
      const std::lock_guard lock(mutex_);
      std::swap(leading_, next);
    }
    if (next) next->stop.request_stop();
    changed_.notify_all();
  }

  Replica& replica_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Leading> leading_;  // none while in doubt; only the engine's thread changes it
};

Leadership::Leadership(Replica& replica) : state_(std::make_unique<State>(replica)) {}
Leadership::~Leadership() = default;

std::optional<Leadership::Term> Leadership::wait(std::stop_token give_up) {
  return state_->wait(give_up);
}

}  // namespace decree
