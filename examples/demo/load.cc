#include "examples/demo/load.h"

#include <algorithm>
#include <stdexcept>

namespace decree::demo {
namespace {

constexpr std::chrono::seconds kAnswer{10};
constexpr std::size_t kReadsAtOnce = 16;

Tally read_back(const Ledger& ledger, RespClient& client) {
  Tally tally;
  for (std::size_t first = 0; first < ledger.keys(); first += kReadsAtOnce) {
    const std::size_t end = std::min(first + kReadsAtOnce, ledger.keys());
    for (std::size_t n = first; n < end; ++n) client.queue({"GET", ledger.nth_key(n)});
    client.flush(after(kAnswer));
    for (std::size_t n = first; n < end; ++n) {
      const auto reply = client.receive(after(kAnswer));
      if (outcome_of(reply) != Outcome::done) {
        throw std::runtime_error("cannot read back " + ledger.nth_key(n) + ": " +
                                 (reply ? reply->text : "no answer"));
      }
      tally += ledger.compare_nth(n, reply->text);
    }
  }
  return tally;
}

}  // namespace

Load::Load(const std::vector<std::uint16_t>& ports, std::size_t connections,
           std::size_t outstanding) {
  for (std::size_t i = 0; i < connections; ++i) {
    clients_.push_back(
        std::make_unique<LoadClient>(static_cast<int>(i) + 1, ports, i, outstanding, state_));
  }
  for (const auto& client : clients_) threads_.emplace_back([&client] { client->run(); });
}

void Load::stop() {
  if (threads_.empty()) return;
  seconds_ = std::chrono::duration<double>(Clock::now() - started_).count();
  state_.stop = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Histogram Load::latencies() const {
  Histogram all;
  for (const auto& client : clients_) all.merge(client->latencies());
  return all;
}

Tally Load::read_back(std::uint16_t port) const {
  auto client = RespClient::connect(port, after(kAnswer));
  if (!client) throw std::runtime_error("cannot connect to read back");
  Tally tally;
  for (const auto& each : clients_) tally += demo::read_back(each->ledger(), *client);
  return tally;
}

}  // namespace decree::demo
