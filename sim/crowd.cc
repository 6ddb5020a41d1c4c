#include "sim/crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/system_executor.hpp>
#include <utility>

#include "decree/error.h"
#include "sim/draw.h"

namespace decree::sim {

namespace {

constexpr Duration kRetryPause = Duration::millis(5);
constexpr std::uint64_t kMaxAttempts = 12;
/// Requests in flight: as many as the checker of histories can follow (sim/linearizability.h).
constexpr std::size_t kMostAtOnce = 64;

boost::asio::any_io_executor here() { return boost::asio::system_executor(); }

}  // namespace

/// What a client asks now, or asked.
struct Crowd::Request {
  Call call;
  CommandId command = 0;
  Slot floor;                      // when it was invoked
  Slot read_at;                    // what a read saw
  bool may_have_happened = false;  // by one of the attempts so far
  bool last = false;               // must be done in the end
};

struct Crowd::Client {
  std::uint32_t number = 0;
  Random random{0};
  bool once = false;  // of an overload
  bool uses_session = false;
  ClientId session;
  Sequence sequence;
  Request* request = nullptr;  // under way
  std::uint64_t attempt = 0;   // answers to older ones come too late
  std::uint64_t attempts = 0;  // of this request
  ReplicaId at;
  Life life = 0;
  int last_left = 0;  // requests that it makes at the end
};

Crowd::Crowd(World& world, const Plan& plan, const Subject& subject)
    : world_(world), plan_(plan), subject_(subject), random_(Random(plan.seed).fork(20)) {
  for (std::uint32_t i = 0; i < plan.clients; ++i) {
    Client& client = add_client();
    client.uses_session = client.random.chance(plan.session_ppm);
  }
}

Crowd::~Crowd() = default;

Crowd::Client& Crowd::add_client() {
  clients_.push_back(std::make_unique<Client>());
  Client& client = *clients_.back();
  client.number = static_cast<std::uint32_t>(clients_.size());
  client.random = random_.fork(client.number);
  return client;
}

void Crowd::begin() {
  stopped_ = false;
  for (const auto& client : clients_) next(*client);
}

void Crowd::stop() { stopped_ = true; }

void Crowd::overload(ReplicaId at, std::uint64_t count, Duration apart) {
  for (std::uint64_t i = 0; i < count; ++i) {
    Client& client = add_client();
    client.once = true;
    client.at = at;
    world_.timeline.after(apart * static_cast<std::int64_t>(i), [this, &client] {
      if (waiting_ + plan_.clients < kMostAtOnce) ask(client);
    });
  }
}

// --- Asking.

void Crowd::next(Client& client) {
  world_.timeline.after(draw_up_to(client.random, plan_.think), [this, &client] {
    if (client.request != nullptr || (stopped_ && client.last_left == 0)) return;
    ask(client);
  });
}

void Crowd::ask(Client& client) {
  requests_.emplace_back();
  Request& request = requests_.back();
  client.request = &request;
  client.attempts = 0;
  ++waiting_;
  request.call.client = client.number;
  request.call.invoked_ns = world_.now().ns;
  request.floor = floor_;
  request.last = client.last_left != 0;
  const std::uint64_t kind = client.random.below(1'000'000);
  const bool reads =
      request.last ? client.last_left == 1 : kind < plan_.read_ppm + plan_.local_read_ppm;
  if (reads && !client.once) {
    const bool local = !request.last && kind < plan_.local_read_ppm;
    request.call.kind = local ? Call::Kind::local_read : Call::Kind::read;
    request.call.request = subject_.next_query(client.random);
  } else {
    request.call.request = subject_.next_command(client.random);
    request.command = ++last_command_;
    if (client.session) ++client.sequence.value;
  }
  issue(client);
}

ReplicaId Crowd::choose_replica(Client& client) {
  if (client.once && client.attempts == 0) return client.at;
  if (!core_.empty()) return core_.at(client.random.below(core_.size()));
  // Mostly the leader, as clients do that follow hints.
  if (client.random.chance(600'000)) {
    if (const Site* leader = world_.leader()) return leader->id();
  }
  return ReplicaId{static_cast<std::uint32_t>(client.random.between(1, world_.sites().size()))};
}

void Crowd::issue(Client& client) {
  const ReplicaId at = choose_replica(client);
  Site& site = world_.site(at);
  ++client.attempts;
  if (!site.up()) {
    client.life = 0;
    return retry_later(client);
  }
  const std::uint64_t attempt = ++client.attempt;
  client.at = at;
  client.life = site.life();
  site.post([this, &client, at, attempt](replica::Engine& engine) {
    if (client.attempt != attempt) return;
    if (client.request->command == 0) return issue_read(client, at, engine, attempt);
    if (client.uses_session && !client.session) return issue_session(client, engine, attempt);
    issue_write(client, engine, attempt);
  });
  const Duration patience = Duration::millis(static_cast<std::int64_t>(
      client.random.between(20, client.random.chance(300'000) ? 8'000 : 1'000)));
  world_.timeline.after(patience, [this, &client, attempt] { give_up(client, attempt); });
}

void Crowd::issue_session(Client& client, replica::Engine& engine, std::uint64_t attempt) {
  detail::SessionCompletion done(
      [this, &client, attempt](boost::system::error_code error, ClientId session) {
        if (client.attempt != attempt) return;
        if (!error) {
          client.session = session;
          client.sequence = Sequence{1};
        }
        retry_or_end(client);
      },
      here());
  engine.propose(std::move(done), Value{ValueKind::open_session, {}, {}, engine.keep({})});
}

void Crowd::issue_write(Client& client, replica::Engine& engine, std::uint64_t attempt) {
  detail::ProposeCompletion done(
      [this, &client, attempt](boost::system::error_code error, const Reply& reply) {
        answered_write(client, attempt, error, reply);
      },
      here());
  const std::string bytes =
      pack(client.request->command, client.request->call.request, plan_.padding_bytes);
  engine.propose(std::move(done), Value{ValueKind::command, client.session, client.sequence,
                                        engine.keep(std::as_bytes(std::span(bytes)))});
}

void Crowd::issue_read(Client& client, ReplicaId at, replica::Engine& engine,
                       std::uint64_t attempt) {
  const bool local = client.request->call.kind == Call::Kind::local_read;
  detail::ReadCompletion done(
      [this, &client, attempt](boost::system::error_code error) {
        answered_read(client, attempt, error);
      },
      here());
  engine.read(
      [this, &client, at, attempt] {
        if (client.attempt != attempt) return;
        Site& site = world_.site(at);
        client.request->read_at = site.engine()->core().applied();
        client.request->call.answer = subject_.answer(site.machine(), client.request->call.request);
      },
      local ? Consistency::local : Consistency::linearizable, std::move(done));
}

// --- Being answered.

void Crowd::answered_write(Client& client, std::uint64_t attempt, boost::system::error_code error,
                           const Reply& reply) {
  if (client.attempt != attempt) return;
  if (error) return failed(client, error);
  Request& request = *client.request;
  request.call.answer = std::string(reply.text());
  const Slot slot = world_.chronicle.slot_of(request.command);
  if (slot == Slot{} || reply.token.slot < slot) {
    world_.verdict.fail(
        fmt::format("command {} is answered as decided in slot {}, it is in slot {}",
                    request.command, reply.token.slot.value, slot.value));
  }
  check_order(request, slot, "a write");
  finish(client, Call::Outcome::done);
}

void Crowd::answered_read(Client& client, std::uint64_t attempt, boost::system::error_code error) {
  if (client.attempt != attempt) return;
  if (error) return failed(client, error);
  if (client.request->call.kind == Call::Kind::read) {
    check_order(*client.request, client.request->read_at, "a read");
  }
  finish(client, Call::Outcome::done);
}

/// Whatever returned before a request was invoked comes before it.
void Crowd::check_order(const Request& request, Slot slot, const char* what) {
  const bool in_order =
      request.call.kind == Call::Kind::write ? slot > request.floor : slot >= request.floor;
  // A command that was tried again may have been decided by the first attempt, but not before it.
  if (!in_order && (world_.clocks_hold || request.call.kind == Call::Kind::write)) {
    world_.verdict.fail(fmt::format(
        "{} of client {} takes effect at slot {}, but slot {} was visible before it was called",
        what, request.call.client, slot.value, request.floor.value));
  }
  floor_ = std::max(floor_, slot);
}

void Crowd::failed(Client& client, boost::system::error_code error) {
  Request& request = *client.request;
  const bool known = error.category() == error_category();
  if (!known) world_.verdict.fail(fmt::format("a call ends with {}", error.message()));
  const auto errc = static_cast<Errc>(error.value());
  request.may_have_happened = request.may_have_happened || may_have_happened(errc);
  if (errc == Errc::session_expired && client.session && !request.may_have_happened) {
    world_.verdict.fail("a session that nobody evicted has expired");
  }
  const bool final = errc == Errc::session_expired || errc == Errc::stale_sequence;
  if (final || (!client.session && !request.last)) {
    return end_undone(client);
  }
  retry_later(client);
}

void Crowd::give_up(Client& client, std::uint64_t attempt) {
  if (client.attempt != attempt) return;
  client.request->may_have_happened = true;
  retry_or_end(client);
}

void Crowd::retry_later(Client& client) {
  const std::uint64_t attempt = ++client.attempt;
  world_.timeline.after(kRetryPause, [this, &client, attempt] {
    if (client.attempt == attempt) retry_or_end(client);
  });
}

/// With a session, or without any effect so far, the same request may be sent again.
void Crowd::retry_or_end(Client& client) {
  Request& request = *client.request;
  ++client.attempt;
  const bool harmless = client.session || request.command == 0 || !request.may_have_happened;
  const bool patient = request.last || (client.attempts < kMaxAttempts && !client.once);
  if (harmless && patient) return issue(client);
  end_undone(client);
}

/// A session that has a request of unknown outcome is of no use any more.
void Crowd::end_undone(Client& client) {
  client.session = {};
  finish(client,
         client.request->may_have_happened ? Call::Outcome::unknown : Call::Outcome::failed);
}

void Crowd::finish(Client& client, Call::Outcome outcome) {
  Request& request = *client.request;
  ++client.attempt;
  client.request = nullptr;
  --waiting_;
  request.call.outcome = outcome;
  request.call.returned_ns = world_.now().ns;
  world_.trace.event(world_.now(), client.at, static_cast<std::uint64_t>(outcome) + 77);
  if (outcome == Call::Outcome::done) ++done_;
  if (world_.trace.keeps_text()) {
    // Into the text only: a digest does not depend on whether anybody reads along.
    const std::string became = outcome == Call::Outcome::done     ? "= " + request.call.answer
                               : outcome == Call::Outcome::failed ? "failed"
                                                                  : "unknown";
    world_.trace.text(
        world_.now(), client.at,
        fmt::format("client {} of \"{}\": {}", client.number, request.call.request, became));
  }
  if (request.last && outcome == Call::Outcome::done) --client.last_left;
  const bool goes_on = !stopped_ && !client.once;
  if (goes_on || client.last_left != 0) next(client);
}

void Crowd::calls_lost(ReplicaId at, Life life) {
  for (const auto& each : clients_) {
    Client& client = *each;
    if (client.request == nullptr || client.at != at || client.life != life) continue;
    client.request->may_have_happened = true;
    client.life = 0;
    retry_later(client);
  }
}

// --- The end.

void Crowd::ask_once_more(const std::vector<ReplicaId>& core) {
  core_ = core;
  for (const auto& client : clients_) {
    if (client->once) continue;
    client->last_left = 2;
    next(*client);
  }
}

bool Crowd::all_answered() const {
  return std::all_of(clients_.begin(), clients_.end(), [](const auto& client) {
    return client->request == nullptr && client->last_left == 0;
  });
}

void Crowd::judge_write(const Request& request) {
  const Slot slot = world_.chronicle.slot_of(request.command);
  const Call& call = request.call;
  if (call.outcome == Call::Outcome::failed && slot != Slot{}) {
    world_.verdict.fail(
        fmt::format("command {} of client {} was refused, and is applied in slot {}",
                    request.command, call.client, slot.value));
  }
  if (call.outcome == Call::Outcome::done &&
      call.answer != world_.chronicle.reply_of(request.command)) {
    world_.verdict.fail(fmt::format("command {} of client {} is answered \"{}\", not \"{}\"",
                                    request.command, call.client, call.answer,
                                    world_.chronicle.reply_of(request.command)));
  }
}

/// What a read saw, a local one too, is what the commands before it make of a machine.
void Crowd::judge_reads() {
  std::vector<const Request*> reads;
  for (const Request& request : requests_) {
    const bool saw = request.command == 0 && request.call.outcome == Call::Outcome::done;
    if (saw) reads.push_back(&request);
  }
  std::ranges::stable_sort(reads, {}, [](const Request* read) { return read->read_at; });
  const std::unique_ptr<StateMachine> past = subject_.make_machine();
  Slot through;
  for (const Request* read : reads) {
    world_.chronicle.replay(std::exchange(through, read->read_at), read->read_at, *past);
    const std::string expected = subject_.answer(*past, read->call.request);
    if (read->call.answer == expected) continue;
    world_.verdict.fail(fmt::format(
        "client {} reads \"{}\" at slot {}: \"{}\", but the commands through there "
        "make it \"{}\"",
        read->call.client, read->call.request, through.value, read->call.answer, expected));
  }
}

void Crowd::judge() {
  std::vector<Call> calls;
  for (const Request& request : requests_) {
    if (request.command != 0) judge_write(request);
    if (request.call.kind == Call::Kind::local_read) continue;
    calls.push_back(request.call);
    // The machines know what the client does not: what none of them applied never happened.
    const bool applied = world_.chronicle.slot_of(request.command) != Slot{};
    if (calls.back().outcome == Call::Outcome::unknown && !applied) {
      calls.back().outcome = Call::Outcome::failed;
    }
  }
  judge_reads();
  if (world_.verdict.failed() || !world_.clocks_hold) return;
  if (const std::string problem = subject_.judge(calls); !problem.empty()) {
    world_.verdict.fail(problem);
  }
}

}  // namespace decree::sim
