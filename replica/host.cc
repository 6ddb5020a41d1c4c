#include "replica/host.h"

#include <sched.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <future>
#include <utility>

#include "decree/error.h"
#include "wal/open_disk.h"

namespace decree::replica {

namespace {

constexpr leases::Duration kCloseTimeout = leases::Duration::millis(1000);
constexpr std::chrono::seconds kPatience{1};
/// Polls at most so long before it sleeps: a durable write and a round trip.
constexpr std::chrono::microseconds kMostPolling{200};

/// The program's own logger of that name, if it has one.
void log_line(const Options& options, const std::string& line) {
  auto logger = spdlog::get("decree");
  if (logger == nullptr) logger = spdlog::stderr_logger_mt("decree");
  logger->info("replica {}: {}", options.id.value, line);
}

const Options& checked(const Options& options) {
  if (const std::string problem = options.check(); !problem.empty()) throw OpenError(problem);
  return options;
}

/// Polling on the only processor would keep everybody else from doing what is waited for.
bool has_processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  return ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 1;
}

}  // namespace

Host::Host(const Options& options, StateMachine& machine, Part part)
    : options_(checked(options)),
      part_(part),
      proactor_(proactor::Proactor::open(no_uring_)),
      asio_(*proactor_),
      engine_(options_, machine, clock_,
              [this](const std::string& line) { log_line(options_, line); }) {
  if (has_processors()) proactor_->poll_for(kMostPolling);
  std::promise<std::string> opened;
  thread_ = std::thread(
      [&, this] { run([&](const std::string& problem) { opened.set_value(problem); }); });
  const std::string problem = opened.get_future().get();
  if (problem.empty()) return;
  thread_.join();
  throw OpenError(problem);
}

Host::~Host() { close(); }

void Host::run(std::function<void(const std::string&)> opened) {
  const std::string problem = open();
  opened(problem);
  if (problem.empty()) loop();
  end();
}

std::string Host::open() {
  std::string notice;
  std::string problem;
  disk_ = wal::open_disk(options_.directory, *proactor_, notice, problem);
  if (disk_ == nullptr) return problem;
  const leases::Time locked = clock_.now();
  if (no_uring_) {
    log_line(options_, "io_uring cannot be used (" + no_uring_.message() +
                           "); everything goes through epoll and a helper thread, which is slower");
  }
  if (!notice.empty()) log_line(options_, notice);
  if (!engine_.recover(*disk_, Fresh{}, locked, problem)) return problem;

  transport::NetworkOptions network;
  network.origin = {options_.cluster, 0, options_.id};
  for (const Member& member : options_.members) {
    network.peers.push_back({member.id, member.host, member.port});
    if (member.id == options_.id) network.listen = network.peers.back();
  }
  network_ =
      std::make_unique<transport::AsioNetwork>(asio_.context(), *proactor_, network, engine_);
  if (!network_->start(problem)) return problem;
  if (part_ == Part::learner) engine_.learn_only();
  engine_.start(*network_);
  return {};
}

void Host::loop() {
  while (stage_ != Stage::closed) {
    wait_for_events();
    if (engine_.has_work() || clock_.now() >= engine_.next_deadline()) engine_.turn();
    // Peers that dial again are told why.
    if (engine_.has_failed() && !std::exchange(told_failure_, true)) network_->reset();
    if (stage_ == Stage::handing_over && (engine_.has_left() || clock_.now() >= close_by_)) {
      shut_engine();
    }
    if (stage_ == Stage::closing && may_stop()) stage_ = Stage::closed;
  }
  network_->close();
  mailbox_.close();
  asio_.finish();
  take_mail();
  engine_.answer();
}

void Host::wait_for_events() {
  std::int64_t left = 0;
  bool busy = false;
  if (!engine_.has_work() && !disk_->ready()) {
    leases::Time until = engine_.next_deadline();
    if (stage_ != Stage::running) until = std::min(until, close_by_);
    const leases::Time now = clock_.now();
    // Long sleeps are cut so that a deadline far away cannot overflow.
    left = std::min<std::int64_t>(until.ns - now.ns, 1'000'000'000);
    busy = engine_.is_busy(now);
  }
  if (proactor_->wait(std::chrono::nanoseconds(left), busy)) take_mail();
  if (disk_->ready()) engine_.log_ready();
  asio_.run();
}

/// What belongs to the thread ends on it.
void Host::end() {
  engine_.close_log();
  if (network_) network_->close();
  while (proactor_->under_way() != 0) proactor_->wait(kPatience);
}

// --- Closing.

void Host::begin_to_close() {
  if (stage_ != Stage::running) return;
  if (!engine_.leads()) return shut_engine();
  // It stays until another leads, to tell those who have forwarded something that it does not.
  stage_ = Stage::handing_over;
  close_by_ = clock_.now() + kCloseTimeout;
  engine_.leave();
}

void Host::shut_engine() {
  stage_ = Stage::closing;
  close_by_ = clock_.now() + kCloseTimeout;
  engine_.release_leadership();
  engine_.shut();
}

bool Host::may_stop() const { return engine_.log_is_quiet() || clock_.now() >= close_by_; }

void Host::close() {
  if (!thread_.joinable()) return;
  boost::asio::post(executor(), [this] { begin_to_close(); });
  thread_.join();
}

// --- From other threads.

bool Host::on_engine_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

void Host::propose(Requester requester, Value value, std::span<const std::byte> bytes) {
  if (on_engine_thread()) {
    value.bytes = engine_.keep(bytes);
    return engine_.propose(std::move(requester), std::move(value));
  }
  value.bytes = Payload::copy_of(bytes);
  mail(ProposeRequest{std::move(requester), std::move(value)});
}

void Host::read(std::function<void()> body, Consistency consistency, detail::ReadCompletion done) {
  if (on_engine_thread()) {
    engine_.read(std::move(body), consistency, std::move(done));
    return;
  }
  mail(ReadRequest{std::move(body), consistency, std::move(done)});
}

void Host::mail(MailedRequest request) {
  switch (mailbox_.put(request)) {
    case Mailbox::Put::first:
      proactor_->wake();
      return;
    case Mailbox::Put::queued:
      return;
    case Mailbox::Put::closed:
      const std::lock_guard lock(after_close_);
      take(std::move(request));
      engine_.answer();
  }
}

void Host::take_mail() {
  mailbox_.take(mail_);
  for (MailedRequest& request : mail_) take(std::move(request));
  mail_.clear();
}

void Host::take(MailedRequest request) {
  if (auto* propose = std::get_if<ProposeRequest>(&request)) {
    engine_.propose(std::move(propose->requester), std::move(propose->value));
  } else if (auto* read = std::get_if<ReadRequest>(&request)) {
    engine_.read(std::move(read->body), read->consistency, std::move(read->done));
  } else {
    std::get<std::function<void()>>(request)();
  }
}

void Host::run_there(std::function<void()> body) {
  if (on_engine_thread()) return body();
  std::promise<void> done;
  mail([&] {
    body();
    done.set_value();
  });
  done.get_future().get();
}

void Host::on_leadership(std::function<void(const LeadershipEvent&)> handler) {
  run_there([&] { engine_.on_leadership(std::move(handler)); });
}

void Host::on_stages(std::function<void(const CommitStages&)> handler) {
  run_there([&] { engine_.on_stages(std::move(handler)); });
}

boost::system::error_code Host::hand_over(ReplicaId to) {
  boost::system::error_code error;
  run_there([&] { error = engine_.hand_over(to); });
  return error;
}

void Host::report_health(bool healthy) {
  run_there([&] { engine_.report_health(healthy); });
}

Status Host::status() {
  Status status;
  run_there([&] { status = engine_.status(); });
  return status;
}

}  // namespace decree::replica
