#include "examples/demo/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace decree::demo {
namespace {

constexpr std::size_t kConnections = 6;
constexpr std::size_t kOutstanding = 16;
constexpr std::chrono::seconds kPatience{60};

Clock::duration seconds(double count) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
}
double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

Scenario::Scenario(const std::filesystem::path& program, const std::filesystem::path& directory,
                   double load_seconds, const Narrator& narrator)
    : cluster_(program, directory, 3), load_seconds_(load_seconds), narrator_(narrator) {
  for (int id = 1; id <= cluster_.size(); ++id) ports_.push_back(cluster_.port(id));
}

bool Scenario::run() {
  start_replicas();
  load_ = std::make_unique<Load>(ports_, kConnections, kOutstanding);
  load_started_ = Clock::now();
  narrator_.say("load", "{} connections, two at each replica, keep {} writes each outstanding",
                kConnections, kOutstanding);
  load_until(load_seconds_ * 0.4);
  kill_the_leader();
  load_until(load_seconds_ * 0.6);
  restart_the_killed();
  load_until(load_seconds_);
  stop_the_load();
  read_everything_back();
  compare_states();
  const bool orderly = stop_replicas();
  narrator_.print("\n" + report_.table() + "\n");
  return report_.is_good() && orderly;
}

void Scenario::start_replicas() {
  for (int id = 1; id <= cluster_.size(); ++id) cluster_.start(id);
  for (int id = 1; id <= cluster_.size(); ++id) {
    narrator_.say("start", "replica {}, process {}, serves Redis clients on 127.0.0.1:{}", id,
                  cluster_.pid(id), cluster_.port(id));
  }
  leader_ = cluster_.wait_for_leader(after(kPatience));
  narrator_.say("elected", "replica {} leads, the others follow it", leader_);
}

void Scenario::load_until(double second) {
  const auto end = load_started_ + seconds(second);
  auto last = Clock::now();
  auto acknowledged = load_->state().acknowledged.load();
  while (last < end) {
    const auto next = std::min(end, last + seconds(1));
    cluster_.watch(next);
    const auto now = Clock::now();
    const auto total = load_->state().acknowledged.load();
    const auto rate = static_cast<double>(total - acknowledged) /
                      std::chrono::duration<double>(now - last).count();
    narrator_.say("", "{:>9} writes acknowledged, {:>7} a second", with_commas(total),
                  with_commas(static_cast<std::uint64_t>(rate)));
    acknowledged = total;
    last = now;
  }
}

void Scenario::kill_the_leader() {
  killed_ = cluster_.wait_for_leader(after(kPatience));
  narrator_.say("kill -9", "replica {}, the leader, in the middle of the load", killed_);
  LoadState& state = load_->state();
  const auto killed_at = Clock::now();
  cluster_.kill(killed_);
  state.gone_at = Clock::now().time_since_epoch().count();
  const auto acknowledged = [&] { return state.next_acknowledged_by.load() != 0; };
  const auto deadline = after(kPatience);
  while (!acknowledged() && Clock::now() < deadline) {
    cluster_.watch(after(std::chrono::milliseconds(10)));
  }
  if (!acknowledged()) throw std::runtime_error("no write was acknowledged after the kill");
  const Clock::time_point next{Clock::duration(state.next_acknowledged_at.load())};
  report_.kill_to_next_ack_ms = milliseconds(next - killed_at);
  leader_ = cluster_.wait_for_leader(after(kPatience));
  narrator_.say("failover", "{:.0f} ms later a write is acknowledged again; replica {} leads",
                report_.kill_to_next_ack_ms, leader_);
}

void Scenario::restart_the_killed() {
  const auto restarted_at = Clock::now();
  cluster_.start(killed_);
  narrator_.say("restart", "replica {} on its old directory, while the load goes on", killed_);
  const ReplicaInfo info = cluster_.wait_until_caught_up(killed_, after(kPatience));
  narrator_.say("caught up", "replica {} has applied slot {}, {:.0f} ms after its restart", killed_,
                with_commas(info.applied), milliseconds(Clock::now() - restarted_at));
}

void Scenario::stop_the_load() {
  load_->stop();
  report_.load_seconds = load_->seconds();
  report_.connections = kConnections;
  report_.outstanding = kOutstanding;
  report_.latencies_ns = load_->latencies();
  narrator_.say("load ends", "{} writes acknowledged", with_commas(load_->state().acknowledged));
}

void Scenario::read_everything_back() {
  report_.tally = load_->read_back(cluster_.port(killed_));
  narrator_.say("read back",
                "every write, through replica {} that was killed: {} lost, {} duplicated", killed_,
                report_.tally.lost, report_.tally.duplicated);
}

void Scenario::compare_states() {
  report_.replicas = cluster_.wait_until_level(after(kPatience));
  narrator_.say("compare", "the states of the three replicas after slot {} are {}",
                with_commas(report_.replicas.front().applied),
                report_.hashes_equal() ? "equal" : "NOT EQUAL");
}

bool Scenario::stop_replicas() {
  const bool orderly = cluster_.terminate_all(after(kPatience));
  narrator_.say(
      "stop", "{}",
      orderly ? "all replicas ended in order" : "a replica did NOT end in order when told to");
  return orderly;
}

}  // namespace decree::demo
