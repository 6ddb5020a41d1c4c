#include "examples/demo/load_client.h"

#include <sys/eventfd.h>

#include <utility>

namespace decree::demo {
namespace {

constexpr std::chrono::seconds kAnswer{10};
constexpr std::chrono::milliseconds kBackOff{2};

Clock::rep ticks(Clock::time_point time) { return time.time_since_epoch().count(); }

}  // namespace

LoadClient::LoadClient(int number, std::vector<std::uint16_t> ports, std::size_t first,
                       std::size_t outstanding, LoadState& state)
    : ports_(std::move(ports)),
      target_(first % ports_.size()),
      limit_(outstanding),
      state_(state),
      ledger_(number),
      nothing_(::eventfd(0, EFD_CLOEXEC)) {}

void LoadClient::run() {
  while (!state_.stop.load(std::memory_order_relaxed)) {
    if (!client_) connect();
    if (!client_) continue;
    if (std::exchange(refused_, false)) back_off();
    send();
    receive(after(kAnswer));
  }
  const Deadline last = after(kAnswer);
  while (!outstanding_.empty()) receive(last);
}

void LoadClient::connect() {
  client_ = RespClient::connect(ports_[target_], after(kAnswer));
  if (client_) return;
  target_ = (target_ + 1) % ports_.size();
  back_off();
}

// Only after a refusal: what was refused for want of a leader would be refused again at once.
void LoadClient::back_off() { wait_for_events(nothing_.get(), POLLIN, after(kBackOff)); }

void LoadClient::send() {
  const auto now = Clock::now();
  while (outstanding_.size() < limit_) {
    const std::size_t number = ledger_.enter();
    client_->queue({"APPEND", ledger_.key(number), ledger_.token(number)});
    outstanding_.push_back({number, now});
  }
  if (!client_->flush(after(kAnswer))) lose_connection();
}

// One answer, and all that came with it.
void LoadClient::receive(Deadline deadline) {
  if (outstanding_.empty()) return;
  auto reply = client_->receive(deadline);
  while (reply) {
    settle(reply);
    if (outstanding_.empty()) return;
    reply = client_->receive_buffered();
  }
  if (!client_->is_open()) lose_connection();
}

void LoadClient::settle(const std::optional<RespReply>& reply) {
  const Outstanding request = outstanding_.front();
  outstanding_.pop_front();
  const Outcome outcome = outcome_of(reply);
  ledger_.settle(request.number, outcome);
  if (outcome == Outcome::done) acknowledged(request, Clock::now());
  if (outcome == Outcome::failed) refused_ = true;
}

void LoadClient::acknowledged(const Outstanding& request, Clock::time_point now) {
  latencies_.add(static_cast<std::uint64_t>((now - request.sent).count()));
  state_.acknowledged.fetch_add(1, std::memory_order_relaxed);
  const Clock::rep gone_at = state_.gone_at.load();
  if (gone_at == 0 || ticks(request.sent) < gone_at) return;
  Clock::rep none = 0;
  if (state_.next_acknowledged_at.load(std::memory_order_relaxed) == 0 &&
      state_.next_acknowledged_at.compare_exchange_strong(none, ticks(now))) {
    state_.next_acknowledged_by.store(static_cast<int>(target_) + 1);
  }
}

void LoadClient::lose_connection() {
  outstanding_.clear();  // unknown, as they were entered
  client_.reset();
  target_ = (target_ + 1) % ports_.size();
}

}  // namespace decree::demo
