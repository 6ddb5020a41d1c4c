#include "replica/reads.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace decree::replica {

void Reads::run(LocalRead& read) {
  read.body();
  answers_.add(std::move(read.done), {});
}

void Reads::serve(std::vector<Read>& reads, Slot applied, const Answers::Send& send) {
  if (reads.empty()) return;
  for (Read& read : std::exchange(reads, {})) {
    if (auto* local = std::get_if<LocalRead>(&read)) {
      run(*local);
    } else {
      const RemoteRead& remote = std::get<RemoteRead>(read);
      send(remote.replica, ReadPointAnswer{remote.request, 0, applied});
    }
  }
}

void Reads::serve_all(Slot applied, const Answers::Send& send) {
  serve(in_round_, applied, send);
  serve(called_, applied, send);
}

void Reads::serve_round(std::uint64_t confirmed, Slot applied, const Answers::Send& send) {
  if (!in_round_.empty() && round_ <= confirmed) serve(in_round_, applied, send);
}

void Reads::round_sent(std::uint64_t round) {
  if (!wants_round()) return;
  round_ = round;
  std::swap(called_, in_round_);
}

std::uint64_t Reads::ask() {
  for (Read& read : std::exchange(called_, {})) {
    if (auto* local = std::get_if<LocalRead>(&read)) asked_.push_back(std::move(*local));
  }
  return ++request_;
}

void Reads::answered(const ReadPointAnswer& answer) {
  if (answer.request != request_ || asked_.empty()) return;
  if (answer.error != 0) {
    ask_again();
    return;
  }
  for (LocalRead& read : std::exchange(asked_, {})) {
    pointed_.push_back({answer.point, std::move(read)});
  }
}

void Reads::ask_again() {
  for (LocalRead& read : std::exchange(asked_, {})) called_.emplace_back(std::move(read));
}

void Reads::refuse(const RemoteRead& read, const Answers::Send& send) {
  send(read.replica,
       ReadPointAnswer{read.request, static_cast<std::uint32_t>(Errc::not_leader), {}});
}

void Reads::leadership_lost(const Answers::Send& send) {
  for (Read& read : std::exchange(in_round_, {})) called_.push_back(std::move(read));
  std::erase_if(called_, [&](const Read& read) {
    const auto* remote = std::get_if<RemoteRead>(&read);
    if (remote != nullptr) refuse(*remote, send);
    return remote != nullptr;
  });
}

void Reads::applied(Slot slot) {
  if (pointed_.empty()) return;
  for (Pointed& each : std::exchange(pointed_, {})) {
    if (each.point <= slot) {
      run(each.read);
    } else {
      pointed_.push_back(std::move(each));
    }
  }
}

namespace {

LocalRead* local_of(LocalRead& read) { return &read; }
template <typename Read>
requires requires(Read& read) { read.point; }
LocalRead* local_of(Read& read) { return &read.read; }
LocalRead* local_of(std::variant<RemoteRead, LocalRead>& read) {
  return std::get_if<LocalRead>(&read);
}

}  // namespace

template <typename Container>
void Reads::expire(Container& reads, leases::Time now) {
  std::erase_if(reads, [&](auto& each) {
    LocalRead* local = local_of(each);
    if (local == nullptr || local->deadline > now) return false;
    answers_.add(std::move(local->done), Errc::not_leader);
    return true;
  });
}

void Reads::expire(leases::Time now) {
  if (now < next_deadline()) return;
  expire(called_, now);
  expire(in_round_, now);
  expire(asked_, now);
  expire(pointed_, now);
}

leases::Time Reads::next_deadline() const {
  // In each queue the oldest read comes first, or nearly so: an exact order is not worth its cost.
  leases::Time deadline = leases::kNever;
  const auto consider = [&](const std::vector<Read>& reads) {
    if (reads.empty()) return;
    const auto* local = std::get_if<LocalRead>(&reads.front());
    if (local != nullptr) deadline = std::min(deadline, local->deadline);
  };
  consider(called_);
  consider(in_round_);
  if (!asked_.empty()) deadline = std::min(deadline, asked_.front().deadline);
  if (!pointed_.empty()) deadline = std::min(deadline, pointed_.front().read.deadline);
  return deadline;
}

void Reads::fail_all(Errc error) {
  for (auto* reads : {&called_, &in_round_}) {
    for (Read& read : std::exchange(*reads, {})) {
      if (auto* local = std::get_if<LocalRead>(&read)) answers_.add(std::move(local->done), error);
    }
  }
  for (LocalRead& read : std::exchange(asked_, {})) answers_.add(std::move(read.done), error);
  for (Pointed& each : std::exchange(pointed_, {})) answers_.add(std::move(each.read.done), error);
}

}  // namespace decree::replica
