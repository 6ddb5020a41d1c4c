#include "examples/kv/expirer.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string>

namespace decree::kv {
namespace {

constexpr std::int64_t kLongestPauseMs = 10'000;
constexpr std::int64_t kRetryMs = 100;

std::string tick_command(std::int64_t now_ms) {
  const std::string time = std::to_string(now_ms);
  const std::string_view arguments[] = {kTickName, time};
  std::string command;
  append_request(arguments, &command);
  return command;
}

}  // namespace

Expirer::Expirer(Replica& replica, Machine& machine, std::int64_t clock_offset_ms)
    : replica_(replica), machine_(machine), clock_(clock_offset_ms), timer_(replica.executor()) {}

void Expirer::start() {
  machine_.on_expiring([this] { look_again(); });
  replica_.on_leadership([this](const LeadershipEvent& event) { follow_leadership(event); });
  if (replica_.status().role == Role::leader) {
    lead();
  }
}

void Expirer::stop() {
  machine_.on_expiring(nullptr);
  replica_.on_leadership([](const LeadershipEvent&) {});
  leading_ = false;
  timer_.cancel();
}

void Expirer::follow_leadership(const LeadershipEvent& event) {
  if (event.kind == LeadershipEvent::Kind::started) {
    lead();
  } else if (event.kind == LeadershipEvent::Kind::ended) {
    leading_ = false;
    armed_ms_ = 0;
    timer_.cancel();
  }
}

void Expirer::lead() {
  clock_.start(machine_.keys().clock_ms());
  leading_ = true;
  if (machine_.keys().expiring() > 0) {
    schedule_tick();
  }
}

bool Expirer::tick_is_needed() {
  const std::optional<std::int64_t> due = machine_.keys().next_due();
  return machine_.keys().waits_for_tick() || (due && *due <= now_ms());
}

// Runs inside apply(), so the engine is called later.
void Expirer::look_again() {
  if (!leading_ || in_flight_ > 0) {
    return;
  }
  if (tick_is_needed()) {
    schedule_tick();
  } else {
    arm_for_next_due();
  }
}

void Expirer::schedule_tick() {
  if (scheduled_) {
    return;
  }
  scheduled_ = true;
  boost::asio::post(replica_.executor(), [this] {
    scheduled_ = false;
    if (leading_ && in_flight_ == 0) {
      propose_tick();
    }
  });
}

void Expirer::propose_tick() {
  ++in_flight_;
  proposed_ms_ = now_ms();
  replica_.async_propose(tick_command(proposed_ms_),
                         [this](boost::system::error_code error, const Reply&) { ticked(error); });
}

void Expirer::ticked(boost::system::error_code error) {
  if (--in_flight_ > 0 || !leading_) {
    return;
  }
  proposed_ms_ = 0;
  if (error) {
    arm(now_ms() + kRetryMs);
  } else if (tick_is_needed()) {
    schedule_tick();
  } else if (machine_.keys().expiring() > 0) {
    arm_for_next_due();
  }
}

void Expirer::arm_for_next_due() {
  const std::int64_t longest = now_ms() + kLongestPauseMs;
  arm(std::min(longest, machine_.keys().next_due().value_or(longest)));
}

// Keeps a timer that wakes earlier.
void Expirer::arm(std::int64_t wake_ms) {
  const std::int64_t now = now_ms();
  if (armed_ms_ > now && armed_ms_ <= wake_ms) {
    return;
  }
  armed_ms_ = wake_ms;
  timer_.expires_after(std::chrono::milliseconds(wake_ms - now));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) {
      armed_ms_ = 0;
      schedule_tick();
    }
  });
}

bool Expirer::settle() {
  const std::optional<std::int64_t> due = machine_.keys().next_due();
  if (!leading_ || !due || *due > now_ms()) {
    return false;
  }
  if (proposed_ms_ < *due) {
    propose_tick();
  }
  return true;
}

}  // namespace decree::kv
