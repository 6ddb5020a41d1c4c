#include "tests/chaos/crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>

#include "sim/linearizability.h"

namespace decree::tests {
namespace {

constexpr std::chrono::seconds kAnswer{10};
constexpr int kReader = 1000;  // the clients that do the last reads: 1001, ...

std::size_t copies_of(const std::string& token, const std::string& text) {
  std::size_t copies = 0;
  for (std::size_t at = text.find(token); at != std::string::npos; at = text.find(token, at + 1)) {
    ++copies;
  }
  return copies;
}

bool may_be_there(Outcome outcome, std::size_t copies) {
  switch (outcome) {
    case Outcome::done:
      return copies == 1;
    case Outcome::failed:
      return copies == 0;
    case Outcome::unknown:
      return copies <= 1;
  }
  return false;
}

void read_all(const std::set<std::string>& keys, std::uint16_t port, int reader, History& history) {
  auto connection = demo::RespClient::connect(port, demo::after(kAnswer));
  if (!connection) throw std::runtime_error("cannot connect for the last reads");
  for (const std::string& key : keys) {
    Operation read;
    read.client = reader;
    read.key = key;
    perform(*connection, read, demo::after(kAnswer));
    if (read.outcome != Outcome::done) throw std::runtime_error("cannot read " + key);
    history.push_back(std::move(read));
  }
}

}  // namespace

Crowd::Crowd(const demo::Cluster& cluster, int clients, std::uint64_t seed) {
  std::vector<std::uint16_t> ports;
  for (int id = 1; id <= cluster.size(); ++id) ports.push_back(cluster.port(id));
  std::seed_seq sequence{seed};
  std::vector<std::uint32_t> seeds(static_cast<std::size_t>(clients));
  sequence.generate(seeds.begin(), seeds.end());
  for (int i = 0; i < clients; ++i) {
    clients_.push_back(
        std::make_unique<Client>(i + 1, seeds[static_cast<std::size_t>(i)], ports, stage_));
  }
  for (const auto& client : clients_) threads_.emplace_back([&client] { client->run(); });
}

void Crowd::stop() {
  stage_.stop = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

History Crowd::history_with_last_reads(const demo::Cluster& cluster) const {
  History all;
  std::set<std::string> keys;
  for (const auto& client : clients_) {
    for (const Operation& operation : client->history()) {
      all.push_back(operation);
      keys.insert(operation.key);
    }
  }
  for (int id = 1; id <= cluster.size(); ++id) {
    read_all(keys, cluster.port(id), kReader + id, all);
  }
  return all;
}

std::string wrong_tokens(const History& history) {
  std::map<std::string, std::string> last;
  for (const Operation& operation : history) {
    if (operation.client > kReader) last[operation.key] = operation.result.value_or("");
  }
  std::string wrong;
  for (const Operation& operation : history) {
    if (operation.kind != OperationKind::append) continue;
    const std::size_t copies = copies_of(operation.argument, last[operation.key]);
    if (may_be_there(operation.outcome, copies)) continue;
    wrong += fmt::format("{} times there: {}\n", copies, sim::describe(operation, 0));
  }
  return wrong;
}

void write_history(const History& history, const std::filesystem::path& file) {
  std::vector<const Operation*> order;
  for (const Operation& operation : history) order.push_back(&operation);
  std::ranges::sort(order, {}, &Operation::invoked_ns);
  std::ofstream out(file);
  for (const Operation* operation : order) {
    out << sim::describe(*operation, order.front()->invoked_ns) << '\n';
  }
}

}  // namespace decree::tests
