#include "bench/session_load.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <stdexcept>

#include "bench/load.h"
#include "bench/write_ledger.h"

namespace decree::bench {
namespace {

constexpr std::size_t kCommandBytes = 256;

}  // namespace

void look_at(const std::vector<Acknowledgement>& acknowledgements, std::int64_t since_ns,
             SessionLoadState& state) {
  std::int64_t before = 0;
  for (const auto& [proposed_ns, attempt_ns, acknowledged_ns] : acknowledgements) {
    if (acknowledged_ns < since_ns) {
      state.proposed_ns = std::max(state.proposed_ns, proposed_ns);
    } else if (before != 0) {
      state.longest_gap_ns = std::max(state.longest_gap_ns, acknowledged_ns - before);
    }
    if (state.next_ns == 0 && attempt_ns >= since_ns) state.next_ns = acknowledged_ns;
    before = acknowledged_ns;
  }
}

SessionLoad::SessionLoad(Replica& replica) : replica_(replica), command_(kCommandBytes) {
  replica_.on_leadership([this](const LeadershipEvent& event) {
    if (event.kind == LeadershipEvent::Kind::started) state_.led_ns = now_ns();
  });
}

SessionLoad::~SessionLoad() { replica_.close(); }

SessionLoadState SessionLoad::answer(const SessionLoadRequest& request) {
  const auto there = [&] {
    if (request.sessions == "start") start(request.outstanding);
    if (request.sessions == "stop") stopping_ = true;
    return look(request.since_ns);
  };
  return boost::asio::post(replica_.executor(), boost::asio::use_future(there)).get();
}

void SessionLoad::start(std::size_t outstanding) {
  if (state_.in_flight != 0) throw std::logic_error("the load before has not ended");
  state_ = {.in_flight = outstanding, .led_ns = state_.led_ns, .problem = {}};
  stopping_ = false;
  acknowledgements_.clear();
  places_.assign(outstanding, {});
  for (std::size_t place = 0; place < outstanding; ++place) open_session(place);
}

void SessionLoad::open_session(std::size_t place) {
  replica_.async_open_session(
      [this, place](const boost::system::error_code& error, ClientId client) {
        if (error && tries_again(error)) return open_session(place);
        places_[place].client = client;
        if (!error) write_next(place);
      });
}

void SessionLoad::write_next(std::size_t place) {
  if (stopping_) {
    --state_.in_flight;
    return;
  }
  ++places_[place].number;
  places_[place].proposed_ns = now_ns();
  propose(place);
}

void SessionLoad::propose(std::size_t place) {
  Place& write = places_[place];
  write.attempt_ns = now_ns();
  number_command(command_, write.number);
  replica_.async_propose(Session{write.client, Sequence{write.number}}, command_,
                         [this, place](const boost::system::error_code& error, const Reply&) {
                           completed(place, error);
                         });
}

void SessionLoad::completed(std::size_t place, const boost::system::error_code& error) {
  if (!error) {
    ++state_.acknowledged;
    const Place& write = places_[place];
    acknowledgements_.push_back({write.proposed_ns, write.attempt_ns, now_ns()});
    write_next(place);
  } else if (tries_again(error)) {
    propose(place);
  }
}

/// Counts the attempt; the load of this place ends with what no retry can mend.
bool SessionLoad::tries_again(const boost::system::error_code& error) {
  if (error == Errc::outcome_unknown) {
    ++state_.unknown;
    return true;
  }
  if (error == Errc::not_leader || error == Errc::busy) {
    ++state_.refused;
    return true;
  }
  state_.problem = error.message();
  --state_.in_flight;
  return false;
}

SessionLoadState SessionLoad::look(std::int64_t since_ns) const {
  SessionLoadState state = state_;
  look_at(acknowledgements_, since_ns, state);
  return state;
}

}  // namespace decree::bench
